import { afterEach, describe, expect, it, vi } from 'vitest'
import { commandJob, defineConfig, defineJob } from 'run-due-schedules'
import { createTestRunner, type TestRunner, type TestRunnerOptions } from 'run-due-schedules/testing'

let runner: TestRunner

afterEach(() => runner.close())

async function open(
  config: Parameters<typeof createTestRunner>[0],
  options: Partial<TestRunnerOptions> = {},
): Promise<TestRunner> {
  runner = await createTestRunner(config, { now: '2027-03-01T00:30:00Z', ...options })
  return runner
}

const digests = defineConfig({
  jobs: [
    defineJob({ name: 'send', run: ({ scheduledFor, params }) => ({ for: scheduledFor, params }) }),
    commandJob({ name: 'backup', command: 'a-program-that-tests-must-not-start' }),
  ],
  schedules: [
    { id: 'digest', cron: '30 7 * * mon-fri', timezone: 'Europe/Berlin', jobs: ['send'], params: { tenant: 'acme' } },
    { id: 'nightly', cron: '0 3 * * *', jobs: ['backup'] },
  ],
})

describe('a test runner', () => {
  it('makes passes at the time of its clock, over a week in no time', async () => {
    await open(digests, { jobs: { backup: () => 'pretended' } })
    const reports = await runner.passUntil('2027-03-08T00:00:00Z')
    expect(reports).toHaveLength(168)
    const sent = await runner.runs({ scheduleId: 'digest', status: 'COMPLETED' })
    expect(sent.map((run) => [run.scheduledFor?.toISOString(), run.startedAt?.toISOString()])).toEqual(
      ['01', '02', '03', '04', '05'].map((day) => [`2027-03-${day}T06:30:00.000Z`, `2027-03-${day}T07:00:00.000Z`]),
    )
    expect(sent[0]?.output).toEqual({ for: '2027-03-01T06:30:00.000Z', params: { tenant: 'acme' } })
    expect(await runner.runs({ jobName: 'backup', status: 'COMPLETED' })).toHaveLength(7)
    expect(runner.clock.now()).toEqual(new Date('2027-03-08T00:00:00Z'))
  })

  it('plans without writing anything', async () => {
    await open(digests, { jobs: { backup: () => 'pretended' } })
    await runner.pass()
    runner.clock.set('2027-03-03T03:00:00Z')
    const { plan } = await runner.plan()
    expect(plan).toMatchObject([
      { scheduleId: 'nightly', decision: 'run', slots: ['2027-03-03T03:00:00.000Z'], missed: { count: 2 } },
      { scheduleId: 'digest', decision: 'run', slots: ['2027-03-02T06:30:00.000Z'], missed: { count: 1 } },
    ])
    expect(await runner.runs()).toEqual([])
  })

  it('takes no time for retries, jitter and jobs that sleep on its clock', async () => {
    let tries = 0
    await open({
      jobs: [
        defineJob({
          name: 'flaky',
          retry: { attempts: 3, delay: '30s', backoff: 'fixed' },
          run: async () => {
            await runner.clock.sleep('20m')
            tries += 1
            if (tries < 3) throw new Error('not yet')
          },
        }),
      ],
      schedules: [{ id: 'hourly', cron: '@hourly' }],
    })
    await runner.pass()
    runner.clock.set('2027-03-01T01:00:00Z')
    const report = await runner.pass()
    expect(report.runs).toMatchObject([{ status: 'COMPLETED', attempt: 3 }])
    // An hour of work and two waits of 30 s.
    expect(runner.clock.now()).toEqual(new Date('2027-03-01T02:01:00Z'))
  })

  it('waits for nothing that the fake timers of a test could hold up', async () => {
    vi.useFakeTimers()
    try {
      await open(digests, { jobs: { backup: () => 'pretended' } })
      await runner.passUntil('2027-03-01T07:00:00Z')
      expect(await runner.runs({ status: 'COMPLETED' })).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('refuses schedules that there are not, as the command does, and takes none named for all', async () => {
    await open(digests, { jobs: { backup: () => 'pretended' } })
    for (const made of [runner.pass({ schedules: ['digets'] }), runner.plan({ schedules: ['digets'] })])
      await expect(made).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND', fix: "did you mean 'digest'?" })
    runner.clock.set('2027-03-01T07:00:00Z')
    expect((await runner.plan({ schedules: [] })).plan).toHaveLength(2)
    expect((await runner.pass({ schedules: [] })).counts.completed).toBe(2)
  })

  it('times a job out by its clock', async () => {
    await open({
      jobs: [
        defineJob({
          name: 'slow',
          timeout: '10m',
          run: async ({ signal }) => {
            await runner.clock.sleep('2h', signal)
            signal.throwIfAborted()
          },
        }),
      ],
      schedules: [{ id: 'once', cron: '@yearly', firstRun: 'immediately' }],
    })
    const report = await runner.pass()
    expect(report.runs).toMatchObject([{ status: 'TIMED_OUT', durationMs: 600_000 }])
    expect(runner.clock.now()).toEqual(new Date('2027-03-01T00:40:00Z'))
  })

  it('shows what becomes of a run whose process dies', async () => {
    const attempts: number[] = []
    await open({
      jobs: [defineJob({ name: 'work', run: ({ attempt }) => void attempts.push(attempt) })],
      schedules: [{ id: 'once', cron: '@yearly', firstRun: 'immediately' }],
    })
    await runner.crash('work')
    expect(await runner.runs()).toMatchObject([{ status: 'RUNNING', attempt: 1 }])
    const report = await runner.pass()
    expect(report.counts).toMatchObject({ abandoned: 1, completed: 1 })
    expect(attempts).toEqual([2])
    // The pass watched the dead one until its lease had expired.
    expect(runner.clock.now().getTime()).toBeGreaterThanOrEqual(Date.parse('2027-03-01T00:31:00Z'))
  })

  it('follows pauses, requests and deployments', async () => {
    await open(digests, { jobs: { backup: () => 'pretended' } })
    await runner.pass()
    await runner.pause('nightly', { reason: 'moving', until: '2027-03-03T00:00:00Z' })
    await runner.request('digest', { params: { tenant: 'other' } })
    await runner.passUntil('2027-03-03T04:00:00Z')
    const nightly = await runner.runs({ scheduleId: 'nightly' })
    expect(nightly.map(({ status, reason, slotCount }) => [status, reason, slotCount])).toEqual([
      ['SKIPPED', 'paused', 2],
      ['COMPLETED', null, 1],
    ])
    const [requested] = await runner.runs({ scheduleId: 'digest' })
    expect(requested).toMatchObject({ trigger: 'MANUAL', status: 'COMPLETED', params: { tenant: 'other' } })
    await runner.deploy({ ...digests, schedules: digests.schedules?.slice(0, 1) })
    expect((await runner.plan()).definitions).toEqual([{ scheduleId: 'nightly', change: 'orphan' }])
    await runner.pass()
    expect((await runner.schedules()).map(({ id, orphaned }) => [id, orphaned])).toEqual([
      ['digest', false],
      ['nightly', true],
    ])
  })

  it('cancels a request that waits', async () => {
    await open(digests)
    await runner.pass()
    await runner.request('digest')
    const [run] = await runner.runs()
    expect(await runner.cancel(run?.id ?? '')).toBe('cancelled')
    await runner.pause('digest')
    await runner.resume('digest')
    expect((await runner.pass()).counts.executed).toBe(0)
  })

  it('waits for real work without letting time pass', async () => {
    await open({
      jobs: [
        defineJob({ name: 'real', run: () => new Promise((resolve) => setTimeout(resolve, 30)) }),
        defineJob({ name: 'simulated', run: () => runner.clock.sleep('5m') }),
      ],
      schedules: [{ id: 'once', cron: '@yearly', firstRun: 'immediately', jobConcurrency: 2 }],
    })
    const report = await runner.pass()
    expect(report.runs.map((run) => [run.jobName, run.status, run.durationMs])).toEqual([
      ['real', 'COMPLETED', 0],
      ['simulated', 'COMPLETED', 300_000],
    ])
  })

  it('refuses what cannot be: a wrong config, a stand-in without its job, a clock that goes back', async () => {
    await open(digests)
    const now = '2027-03-01T00:30:00Z'
    const wrong = { ...digests, schedules: [{ id: 'x', cron: '61 * * * *', jobs: ['send'] }] }
    await expect(createTestRunner(wrong, { now })).rejects.toThrow(/schedules\[0\]\.cron/)
    await expect(createTestRunner(digests, { now, jobs: { sned: () => 1 } })).rejects.toThrow(/no job sned/)
    await expect(createTestRunner(digests, { now: 'tomorrow' })).rejects.toThrow(/no instant/)
    expect(() => runner.clock.set('2027-02-28T00:00:00Z')).toThrow(/cannot go to 2027-02-28/)
    await expect(runner.crash('send')).rejects.toThrow(/ended without starting the job send/)
  })
})
