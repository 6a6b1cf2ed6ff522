import { afterEach, describe, expect, it } from 'vitest'
import { defineJob } from 'run-due-schedules'
import { createTestRunner, type TestRunner } from 'run-due-schedules/testing'

let runner: TestRunner

afterEach(() => runner.close())

const jobs = [
  defineJob({ name: 'quick', run: () => null }),
  defineJob({ name: 'long', timeout: '5h', run: () => runner.clock.sleep('2h5m') }),
]

describe('a database whose clock is 0.3 s behind the platform', () => {
  it('makes nothing an hour late at the top of the hour', async () => {
    runner = await createTestRunner(
      { jobs, schedules: [{ id: 'hourly', cron: '@hourly', jobs: ['quick'] }] },
      { now: '2027-03-01T00:20:00Z' },
    )
    await runner.pass()
    for (const hour of ['00', '01', '02']) {
      runner.clock.set(`2027-03-01T${hour}:59:59.700Z`)
      await runner.pass()
    }
    const runs = await runner.runs()
    expect(runs.map((run) => [run.scheduledFor?.toISOString(), run.startedAt?.toISOString(), run.status])).toEqual(
      ['01', '02', '03'].map((hour) => {
        const slot = `2027-03-01T${hour}:00:00.000Z`
        return [slot, slot, 'COMPLETED']
      }),
    )
  })

  it('leaves alone what is due more than 5 s later', async () => {
    runner = await createTestRunner(
      { jobs, schedules: [{ id: 'hourly', cron: '@hourly', jobs: ['quick'] }] },
      { now: '2027-03-01T00:20:00Z' },
    )
    await runner.pass()
    runner.clock.set('2027-03-01T00:59:54.900Z')
    expect((await runner.pass()).counts.executed).toBe(0)
    expect(runner.clock.now()).toEqual(new Date('2027-03-01T00:59:54.900Z'))
  })
})

describe('a pass kept alive by a job of two hours', () => {
  it('serves the other schedules at each interval, and ends', async () => {
    runner = await createTestRunner(
      {
        jobs,
        schedules: [
          { id: 'nightly', cron: '0 3 * * *', jobs: ['long'] },
          { id: 'half-hourly', cron: '*/30 * * * *', jobs: ['quick'], catchUp: 'all' },
        ],
      },
      { now: '2027-03-01T02:45:00Z' },
    )
    await runner.pass()
    runner.clock.set('2027-03-01T03:00:00Z')
    const report = await runner.pass()
    const served = report.runs.filter((run) => run.scheduleId === 'half-hourly').map((run) => run.scheduledFor)
    expect(served).toEqual(['03:00', '03:30', '04:00', '04:30', '05:00'].map((time) => `2027-03-01T${time}:00.000Z`))
    const starts = await runner.runs({ scheduleId: 'half-hourly' })
    expect(starts.map((run) => run.startedAt?.toISOString().slice(11, 16))).toEqual([
      '03:00',
      '04:00',
      '04:00',
      '05:00',
      '05:00',
    ])
    expect(report.exitCode).toBe(0)
    expect(runner.clock.now()).toEqual(new Date('2027-03-01T05:05:00Z'))
  })

  it('is not kept alive for ever by the long jobs that it finds on the way', async () => {
    runner = await createTestRunner(
      { jobs, schedules: [{ id: 'hourly', cron: '@hourly', jobs: ['long'], overlap: 'allow' }] },
      { now: '2027-03-01T02:45:00Z' },
    )
    await runner.pass()
    runner.clock.set('2027-03-01T03:00:00Z')
    await runner.pass()
    // The first job ends at 05:05; what was found at 04:00 and 05:00 looks no further.
    expect(runner.clock.now().getTime()).toBeLessThanOrEqual(Date.parse('2027-03-01T07:05:00Z'))
    expect((await runner.runs()).every((run) => run.status === 'COMPLETED')).toBe(true)
  })
})
