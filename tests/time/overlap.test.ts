import { afterEach, describe, expect, it } from 'vitest'
import { defineJob, type ScheduleOptions } from 'run-due-schedules'
import { createTestRunner, type TestRunner } from 'run-due-schedules/testing'

const DAY = '2027-03-01T'
const LONG = '2h30m'
let runner: TestRunner

afterEach(() => runner.close())

/** A schedule of every half past whose job takes as long as told, the first time that it gets to its end. */
async function halfPast(overlap: NonNullable<ScheduleOptions['overlap']>): Promise<void> {
  let isFirst = true
  const run = async ({ signal }: { signal: AbortSignal }): Promise<void> => {
    if (!isFirst) return
    isFirst = false
    await runner.clock.sleep(LONG, signal)
    if (signal.aborted) throw new Error('told to stop')
  }
  runner = await createTestRunner(
    {
      jobs: [defineJob({ name: 'work', timeout: '5h', run })],
      schedules: [{ id: 'half-past', cron: '30 * * * *', jobs: ['work'], overlap }],
    },
    { now: `${DAY}01:00:00Z` },
  )
}

/** Each row's trigger, last slot and fate, requests first, then by slot. */
async function fates(): Promise<string[]> {
  const rows = (await runner.runs()).toSorted((a, b) => Number(a.scheduledFor) - Number(b.scheduledFor))
  return rows.map(({ trigger, scheduledFor, slotCount, status, reason }) => {
    const slot = scheduledFor?.toISOString().slice(11, 16) ?? '-'
    return [trigger, slot, ...(slotCount > 1 ? [`×${slotCount}`] : []), reason ?? status].join(' ')
  })
}

describe.each(['skip', 'replace'] as const)('with overlap %s, a slot that was due before', (overlap) => {
  it('a request was taken waits for its turn, however long ago the request was left', async () => {
    await halfPast(overlap)
    runner.clock.set(`${DAY}01:10:00Z`)
    await runner.request('half-past')
    runner.clock.set(`${DAY}02:00:00Z`)
    await runner.pass()
    expect(await fates()).toEqual(['MANUAL - COMPLETED', 'CRON 02:30 ×2 coalesced', 'CRON 03:30 COMPLETED'])
  })

  it('a run goes on after a crash waits until that has ended', async () => {
    await halfPast(overlap)
    runner.clock.set(`${DAY}02:00:00Z`)
    await runner.crash('work')
    runner.clock.set(`${DAY}05:00:00Z`)
    await runner.pass()
    expect(await fates()).toEqual(['CRON 01:30 COMPLETED', 'CRON 05:30 ×4 coalesced', 'CRON 06:30 COMPLETED'])
  })
})

describe('a slot that comes due while a request is running', () => {
  it.each([
    ['skip' as const, ['MANUAL - COMPLETED', 'CRON 01:30 overlap', 'CRON 02:30 overlap']],
    ['replace' as const, ['MANUAL - replaced', 'CRON 01:30 COMPLETED']],
  ])('is overlap: %s', async (overlap, expected) => {
    await halfPast(overlap)
    runner.clock.set(`${DAY}01:10:00Z`)
    await runner.request('half-past')
    await runner.pass()
    expect(await fates()).toEqual(expected)
  })
})
