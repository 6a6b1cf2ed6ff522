import { afterEach, describe, expect, it } from 'vitest'
import { defineJob, type ScheduleOptions } from 'run-due-schedules'
import { createTestRunner, type TestRunner } from 'run-due-schedules/testing'
import { WHOLE_SLOT } from '../../src/domain/run.js'
import { accountOf } from './simulate.js'

const OUTAGE_SLOTS = 30 * 24 * 60
let runner: TestRunner

afterEach(() => runner.close())

async function afterOutage(policy: Partial<ScheduleOptions>): Promise<string[]> {
  runner = await createTestRunner(
    {
      retention: { runs: null },
      jobs: [defineJob({ name: 'work', run: () => null })],
      schedules: [{ id: 'minutely', cron: '* * * * *', jobs: ['work'], ...policy }],
    },
    { now: '2027-03-01T00:00:00Z' },
  )
  await runner.pass()
  runner.clock.advance('30d')
  await runner.pass()
  const rows = await runner.runs()
  const ran = rows.filter((run) => run.jobName !== WHOLE_SLOT)
  expect(ran.filter((run) => run.status !== 'COMPLETED')).toEqual([])
  expect((await accountOf(runner)).account).toMatchObject({
    slots: OUTAGE_SLOTS,
    holes: [],
    overlaps: [],
    miscounted: [],
  })
  const gone = rows.filter((run) => run.jobName === WHOLE_SLOT)
  return [`ran ${ran.length}`, ...gone.map((run) => `${run.reason} ${run.slotCount}`)]
}

describe('after 30 days without a pass, a schedule of every minute', () => {
  it('runs once under latest; the other 43,199 slots are one row', async () => {
    expect(await afterOutage({ catchUp: 'latest' })).toEqual(['ran 1', 'coalesced 43199'])
  })

  it('runs its newest slots up to catchUpLimit under all', async () => {
    expect(await afterOutage({ catchUp: 'all' })).toEqual(['ran 100', 'limit 43100'])
    await runner.close()
    expect(await afterOutage({ catchUp: 'all', catchUpLimit: 7, overlap: 'allow' })).toEqual(['ran 7', 'limit 43193'])
  })

  it('runs the newest within the window under skip: two pass intervals, or the one it was given', async () => {
    expect(await afterOutage({ catchUp: 'skip' })).toEqual(['ran 1', 'window 43079', 'coalesced 120'])
    await runner.close()
    expect(await afterOutage({ catchUp: 'skip', catchUpWindow: '10m' })).toEqual([
      'ran 1',
      'window 43189',
      'coalesced 10',
    ])
  })

  it('keeps to the window under all', async () => {
    expect(await afterOutage({ catchUp: 'all', catchUpWindow: '10m' })).toEqual(['ran 11', 'window 43189'])
  })
})
