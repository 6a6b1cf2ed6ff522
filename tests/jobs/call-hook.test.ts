/* eslint-disable @typescript-eslint/prefer-promise-reject-errors -- hooks throw anything */
import { describe, expect, test } from 'vitest'

import { systemClock, type Clock } from '../../src/clock.js'
import { callHook } from '../../src/jobs/call-hook.js'
import type { HookEvent } from '../../src/jobs/job.js'

const EVENT: HookEvent = {
  runId: 'r1',
  scheduleId: 'nightly',
  jobName: 'backup',
  scheduledFor: new Date(0),
  trigger: 'CRON',
  attempt: 1,
  status: 'COMPLETED',
  reason: null,
  error: null,
  durationMs: 12,
}

/** Ten seconds pass at once. */
const fastClock: Clock = {
  ...systemClock,
  sleep: (ms) => (ms === 10_000 ? Promise.resolve() : Promise.reject(new Error(`${ms}`))),
}

function recordingLog(): { lines: string[]; warn(message: string): void } {
  const lines: string[] = []
  return { lines, warn: (message) => void lines.push(message) }
}

describe('a hook', () => {
  test("of the config is called before the job's, each with the event", async () => {
    const calls: unknown[] = []
    const log = recordingLog()
    const hooks = {
      config: {
        onSuccess: async (event: HookEvent) => {
          await Promise.resolve()
          calls.push(['config', event])
          event.jobName = 'changed'
        },
      },
      job: {
        onSuccess: (event: HookEvent) => calls.push(['job', event.jobName]),
        onFailure: () => calls.push('wrong'),
      },
    }
    await callHook('onSuccess', EVENT, hooks, log)
    expect(calls).toMatchObject([
      ['config', { runId: 'r1', durationMs: 12 }],
      ['job', 'backup'],
    ])
    expect(log.lines).toEqual([])
  })

  test('that throws anything is reported and keeps nobody from being called', async () => {
    const calls: string[] = []
    const log = recordingLog()
    const hooks = {
      config: {
        onFailure: () => {
          throw new Error('no network')
        },
      },
      job: {
        onFailure: () => {
          calls.push('job')
          return Promise.reject(undefined)
        },
      },
    }
    await callHook('onFailure', EVENT, hooks, log)
    expect(calls).toEqual(['job'])
    expect(log.lines).toEqual([
      'onFailure of the config failed: no network (job backup, run r1)',
      'onFailure of the job failed: threw undefined (job backup, run r1)',
    ])
  })

  test('that never ends is left behind after ten seconds', async () => {
    const log = recordingLog()
    await callHook(
      'onStart',
      EVENT,
      { config: {}, job: { onStart: () => new Promise(() => undefined) } },
      log,
      fastClock,
    )
    expect(log.lines).toEqual(['onStart of the job took over 10 s and was left behind (job backup, run r1)'])
  })
})
