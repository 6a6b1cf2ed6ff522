import { afterEach, describe, expect, it } from 'vitest'
import { defineJob, type ConfigOptions, type ScheduleOptions } from 'run-due-schedules'
import { createTestRunner, type TestRunner } from 'run-due-schedules/testing'

const DAY = '2027-03-01T'
let runner: TestRunner

afterEach(() => runner.close())

function hourly(change: Partial<ScheduleOptions> = {}): ConfigOptions {
  return {
    jobs: [defineJob({ name: 'work', run: () => null })],
    schedules: [{ id: 'hourly', cron: '0 * * * *', jobs: ['work'], ...change }],
  }
}

/** 01:00 to 05:00 are due. */
async function afterFiveHours(): Promise<void> {
  runner = await createTestRunner(hourly(), { now: `${DAY}00:30:00Z` })
}

const FIVE = { count: 5, from: `${DAY}01:00:00.000Z`, to: `${DAY}05:00:00.000Z` }

describe('slots that a pass writes off before it looks for what is due', () => {
  it('because the cron expression was edited are in the plan and in the counts of the pass', async () => {
    await afterFiveHours()
    runner.clock.set(`${DAY}05:30:00Z`)
    await runner.deploy(hourly({ cron: '30 3 1 1 *' }))
    const { plan } = await runner.plan()
    expect(plan).toEqual([
      {
        scheduleId: 'hourly',
        decision: 'skip',
        reason: '5 slots lost to an edit',
        slots: [],
        missed: FIVE,
        jobs: [],
        writeOffs: [{ status: 'MISSED', reason: 'edited', ...FIVE }],
      },
    ])
    expect((await runner.pass()).counts).toMatchObject({ missed: 5, skipped: 0, due: 0 })
  })

  it('are in the plan of a pass for other schedules, too', async () => {
    const other: ScheduleOptions = { id: 'other', cron: '15 * * * *', jobs: ['work'] }
    const both = (change: Partial<ScheduleOptions>): ConfigOptions => {
      const { jobs, schedules = [] } = hourly(change)
      return { jobs, schedules: [...schedules, other] }
    }
    runner = await createTestRunner(both({}), { now: `${DAY}00:30:00Z` })
    runner.clock.set(`${DAY}05:30:00Z`)
    await runner.deploy(both({ cron: '30 3 1 1 *' }))
    const { plan } = await runner.plan({ schedules: ['other'] })
    expect(plan.map(({ scheduleId, decision, missed }) => [scheduleId, decision, missed?.count])).toEqual([
      ['other', 'run', 4],
      ['hourly', 'skip', 5],
    ])
    expect((await runner.pass({ schedules: ['other'] })).counts).toMatchObject({ missed: 9, executed: 1 })
  })

  it('because a pause is over by itself are in the plan and in the counts of the pass', async () => {
    await afterFiveHours()
    await runner.pause('hourly', { until: `${DAY}05:30:00Z` })
    runner.clock.set(`${DAY}06:00:00Z`)
    const { plan } = await runner.plan()
    expect(plan).toMatchObject([
      {
        decision: 'run',
        reason: 'due; 5 slots passed during a pause',
        slots: [`${DAY}06:00:00.000Z`],
        missed: null,
        writeOffs: [{ status: 'SKIPPED', reason: 'paused', ...FIVE }],
      },
    ])
    expect((await runner.pass()).counts).toMatchObject({ skipped: 5, missed: 0, executed: 1 })
  })

  it('are told where nothing is due after the pause', async () => {
    await afterFiveHours()
    await runner.pause('hourly', { until: `${DAY}05:30:00Z` })
    runner.clock.set(`${DAY}05:45:00Z`)
    expect((await runner.plan()).plan).toMatchObject([
      { decision: 'skip', reason: '5 slots passed during a pause', slots: [], writeOffs: [FIVE] },
    ])
    expect((await runner.pass()).counts).toMatchObject({ skipped: 5, executed: 0 })
  })
})

describe('an edit while slots are due', () => {
  it.each<[string, Partial<ScheduleOptions>]>([
    ['endsAt', { endsAt: '2028-01-01T00:00:00Z' }],
    ['startsAt', { startsAt: '2027-01-01T00:00:00Z' }],
    ['how the cron expression is written', { cron: '@hourly' }],
  ])('of %s alone loses none of them: plan and pass run what is due', async (_, change) => {
    await afterFiveHours()
    runner.clock.set(`${DAY}05:30:00Z`)
    await runner.deploy(hourly({ catchUp: 'all', ...change }))
    const hours = ['01', '02', '03', '04', '05'].map((hour) => `${DAY}${hour}:00:00.000Z`)
    expect((await runner.plan()).plan).toMatchObject([{ decision: 'run', slots: hours, missed: null }])
    const report = await runner.pass()
    expect(report.runs.map((run) => run.scheduledFor)).toEqual(hours)
    expect(report.counts).toMatchObject({ completed: 5, missed: 0 })
  })
})
