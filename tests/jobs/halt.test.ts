import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { systemClock } from '../../src/clock.js'
import { Halt } from '../../src/jobs/halt.js'
import { StopRequest } from '../../src/jobs/job.js'

const DAY_MS = 86_400_000
const clock = { monotonicMs: () => Date.now(), sleep: systemClock.sleep }

describe('a halt', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
  afterEach(() => void vi.useRealTimers())

  test('comes at the timeout, not before, also after the longest one that a config may set', async () => {
    const halt = new Halt(24 * DAY_MS, new AbortController().signal, clock)
    await vi.advanceTimersByTimeAsync(24 * DAY_MS - 1)
    expect(halt.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(halt.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'timed out after 24 d' })
    expect(halt.reason).toEqual({ kind: 'timeout', message: 'timed out after 24 d' })
  })

  test('does not come once the work has ended', async () => {
    const stop = new AbortController()
    const halt = new Halt(1000, stop.signal, clock)
    await vi.advanceTimersByTimeAsync(400)
    halt.settle()
    await vi.advanceTimersByTimeAsync(5000)
    stop.abort(new StopRequest('requested', 'too late'))
    halt.settle()
    expect([halt.signal.aborted, halt.reason, halt.durationMs]).toEqual([false, null, 400])
  })

  test('is the first of timeout and stop', async () => {
    const stop = new AbortController()
    const halt = new Halt(1000, stop.signal, clock)
    stop.abort(new StopRequest('replaced', 'a newer slot came'))
    await vi.advanceTimersByTimeAsync(5000)
    halt.settle()
    expect(halt.reason).toEqual({ kind: 'replaced', message: 'a newer slot came' })
  })
})
