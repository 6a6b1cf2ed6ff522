import { afterEach, describe, expect, it } from 'vitest'
import { defineConfig, defineJob } from 'run-due-schedules'
import type { JobContext } from '../../src/domain/job.js'
import { createTestRunner, type TestRunner } from 'run-due-schedules/testing'

let runner: TestRunner
afterEach(() => runner.close())

async function open(config: Parameters<typeof createTestRunner>[0]): Promise<void> {
  runner = await createTestRunner(config, { now: '2027-03-01T00:30:00Z' })
}

const theSchedule = async (id = 's') => (await runner.schedules()).find((schedule) => schedule.id === id)
const fails = (): never => {
  throw new Error('as it must')
}
const LATE_RETRY = { attempts: 3, delay: '2h', maxDelay: '4h' }

describe('a schedule counts every slot that failed', () => {
  it('also those whose retry a newer slot superseded: `pauseAfterFailures` pauses it', async () => {
    await open(
      defineConfig({
        jobs: [defineJob({ name: 'j', retry: LATE_RETRY, run: fails })],
        schedules: [{ id: 's', cron: '@hourly', jobs: ['j'], pauseAfterFailures: 2 }],
      }),
    )
    const reports = await runner.passUntil('2027-03-02T00:10:00Z')
    expect(await theSchedule()).toMatchObject({
      lastStatus: 'FAILED',
      consecutiveFailures: 3,
      enabled: false,
      pausedReason: '2 failures in a row',
    })
    // The third was taken when it superseded the second.
    expect((await runner.runs({ jobName: 'j' })).map((run) => run.reason)).toEqual(['superseded', 'superseded', null])
    expect(reports.flatMap((report) => report.notes).join()).toContain('s was paused after failing too often')
  })

  it('also one that died with its pass, before the next slot is settled', async () => {
    await open(
      defineConfig({
        jobs: [defineJob({ name: 'k', onCrash: 'skip', run: fails })],
        schedules: [{ id: 's', cron: '@hourly', jobs: ['k'], pauseAfterFailures: 2 }],
      }),
    )
    runner.clock.set('2027-03-01T01:00:00Z')
    await runner.crash('k')
    runner.clock.set('2027-03-01T02:00:00Z')
    await runner.pass()
    expect((await runner.runs()).map((run) => run.status)).toEqual(['ABANDONED', 'FAILED'])
    expect(await theSchedule()).toMatchObject({ lastStatus: 'FAILED', consecutiveFailures: 2, enabled: false })
  })

  it('also one whose last waiting run somebody cancelled', async () => {
    await open(
      defineConfig({
        jobs: [defineJob({ name: 'a', run: fails }), defineJob({ name: 'b', retry: LATE_RETRY, run: fails })],
        schedules: [{ id: 's', cron: '0 1 * * *', jobs: ['a', 'b'] }],
      }),
    )
    runner.clock.set('2027-03-01T01:00:00Z')
    await runner.pass()
    expect(await theSchedule()).toMatchObject({ lastStatus: null, consecutiveFailures: 0 })
    const [waiting] = await runner.runs({ jobName: 'b' })
    expect(await runner.cancel(waiting?.id ?? '')).toBe('cancelled')
    expect(await theSchedule()).toMatchObject({
      lastStatus: 'FAILED',
      lastError: expect.stringContaining('as it must') as string,
      consecutiveFailures: 1,
      lastFinishedSlotAt: new Date('2027-03-01T01:00:00Z'),
    })
  })

  it('also one that was cancelled while its pass was dead', async () => {
    await open(
      defineConfig({
        concurrency: 1,
        jobs: [defineJob({ name: 'a', run: fails }), defineJob({ name: 'b', run: () => 1 })],
        schedules: [{ id: 's', cron: '0 1 * * *', jobs: ['a', 'b'], jobConcurrency: 1 }],
      }),
    )
    runner.clock.set('2027-03-01T01:00:00Z')
    await runner.crash('b')
    const [running] = await runner.runs({ jobName: 'b' })
    expect(await runner.cancel(running?.id ?? '')).toBe('requested')
    runner.clock.advance('5m')
    await runner.pass()
    expect((await runner.runs()).map((run) => run.status)).toEqual(['FAILED', 'CANCELLED'])
    expect(await theSchedule()).toMatchObject({ lastStatus: 'FAILED', consecutiveFailures: 1 })
  })
})

describe('a run that somebody cancelled while it ran', () => {
  const cancelling = (run: (context: JobContext) => unknown): ReturnType<typeof defineConfig> =>
    defineConfig({
      jobs: [
        defineJob({
          name: 'j',
          retry: LATE_RETRY,
          async run(context) {
            if (context.attempt === 1) await runner.cancel(context.runId)
            return await run(context)
          },
        }),
      ],
      schedules: [{ id: 's', cron: '0 1 * * *', jobs: ['j'] }],
    })

  it('does not wait for its retry: it ends, and the report and the schedule say so', async () => {
    await open(cancelling(fails))
    runner.clock.set('2027-03-01T01:00:00Z')
    const report = await runner.pass()
    expect(report.runs).toMatchObject([{ jobName: 'j', status: 'CANCELLED', reason: 'requested', attempt: 1 }])
    expect(report.counts).toMatchObject({ executed: 1, deferred: 0, failed: 0 })
    expect(await runner.runs()).toMatchObject([{ status: 'CANCELLED', reason: 'requested', availableAt: null }])
    expect(await theSchedule()).toMatchObject({ lastStatus: 'CANCELLED', consecutiveFailures: 0 })
  })
})

describe('a condition', () => {
  it('is not asked again for the rest of a slot that has begun, so it hides no failure', async () => {
    let asked = 0
    await open(
      defineConfig({
        concurrency: 1,
        jobs: [defineJob({ name: 'a', onCrash: 'skip', run: () => 1 }), defineJob({ name: 'b', run: () => 1 })],
        schedules: [{ id: 's', cron: '@hourly', jobs: ['a', 'b'], jobConcurrency: 1, when: () => (asked += 1) === 1 }],
      }),
    )
    runner.clock.set('2027-03-01T01:00:00Z')
    await runner.crash('a')
    runner.clock.advance('2m')
    await runner.pass()
    expect(asked).toBe(1)
    expect((await runner.runs()).map((run) => run.status)).toEqual(['ABANDONED', 'COMPLETED'])
    expect(await theSchedule()).toMatchObject({ lastStatus: 'ABANDONED', consecutiveFailures: 1 })
  })
})

describe('onFailure', () => {
  it('is called for a run that was superseded, and for one that died with its pass', async () => {
    const calls: string[] = []
    const told = (event: { jobName: string; status: string; reason: string | null }): void => {
      calls.push([event.jobName, event.status, event.reason].join(' ').trim())
    }
    await open(
      defineConfig({
        onFailure: told,
        jobs: [
          defineJob({ name: 'j', retry: LATE_RETRY, onFailure: told, run: fails }),
          defineJob({ name: 'k', onCrash: 'skip', run: () => 1 }),
        ],
        schedules: [
          { id: 's', cron: '5 1,2 * * *', jobs: ['j'] },
          { id: 't', cron: '0 1 * * *', jobs: ['k'] },
        ],
      }),
    )
    runner.clock.set('2027-03-01T01:00:00Z')
    await runner.crash('k')
    await runner.passUntil('2027-03-01T03:00:00Z')
    expect(calls).toEqual(['k ABANDONED', 'j FAILED superseded', 'j FAILED superseded'])
  })

  it('is called where `when` throws, `onSkip` where it says no', async () => {
    const calls: string[] = []
    const hooks = {
      onFailure: ({ scheduleId, reason }: { scheduleId: string; reason: string | null }) =>
        void calls.push(`${scheduleId} failed ${reason}`),
      onSkip: ({ scheduleId, reason }: { scheduleId: string; reason: string | null }) =>
        void calls.push(`${scheduleId} skipped ${reason}`),
    }
    await open(
      defineConfig({
        ...hooks,
        jobs: [defineJob({ name: 'j', run: () => 1 })],
        schedules: [
          { id: 'throws', cron: '0 1 * * *', jobs: ['j'], when: fails },
          { id: 'no', cron: '0 1 * * *', jobs: ['j'], when: () => false },
        ],
      }),
    )
    await runner.passUntil('2027-03-01T01:00:00Z')
    expect(calls.toSorted()).toEqual(['no skipped condition', 'throws failed condition'])
  })
})
