import { afterEach, describe, expect, it } from 'vitest'
import { defineConfig, defineJob, type ConfigOptions } from 'run-due-schedules'
import { createTestRunner, type TestRunner } from 'run-due-schedules/testing'

describe('the history that passes leave', () => {
  let runner: TestRunner | null = null
  afterEach(() => runner?.close())

  /** So many passes, two minutes apart. */
  async function passes(count: number, schedules: ConfigOptions['schedules']): Promise<TestRunner> {
    const config = defineConfig({
      retention: { runs: 3 },
      jobs: [defineJob({ name: 'work', run: () => null })],
      schedules,
    })
    runner = await createTestRunner(config, { now: '2027-03-01T00:30:00Z' })
    for (let pass = 0; pass < count; pass++) {
      await runner.pass()
      runner.clock.advance('2m')
    }
    return runner
  }

  it('is bounded for every outcome, of schedules that never run as well', async () => {
    const common = { cron: '* * * * *', jobs: ['work'] }
    const { runs } = await passes(9, [
      { ...common, id: 'runs' },
      { ...common, id: 'elsewhere', environments: ['production'] },
      { ...common, id: 'never', when: () => false },
    ])
    const rows = (await runs()).map(({ scheduleId, status, reason }) => `${scheduleId} ${reason ?? status}`)
    expect(rows.toSorted()).toEqual(
      ['elsewhere environment', 'never coalesced', 'never condition', 'runs COMPLETED', 'runs coalesced'].flatMap(
        (row) => [row, row, row],
      ),
    )
  })

  it('is bounded however many schedules run in one pass', async () => {
    const ids = Array.from({ length: 160 }, (_, index) => `schedule-${index}`)
    const { runs } = await passes(
      5,
      ids.map((id) => ({ id, cron: '*/2 * * * *', jobs: ['work'] })),
    )
    const rows = await runs()
    expect(ids.filter((id) => rows.filter((run) => run.scheduleId === id).length !== 3)).toEqual([])
  })
})
