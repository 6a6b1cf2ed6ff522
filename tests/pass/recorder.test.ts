import { describe, expect, it } from 'vitest'
import type { RecordBatch, Recorded } from '../../src/store/store.js'
import { createRecorder } from '../../src/pass/recorder.js'

const NOTHING: Recorded = {
  started: new Set(),
  finished: new Set(),
  cancelled: new Map(),
  skipped: new Set(),
  paused: [],
}

/** A recorder on a clock that is set by hand, and what it wrote of the progress of runs. */
function aRecorder() {
  let nowMs = 10_000
  const sleepers: { untilMs: number; wake: () => void }[] = []
  const written: RecordBatch['progress'][] = []
  const clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        sleepers.push({ untilMs: nowMs + ms, wake: resolve })
        signal?.addEventListener('abort', () => resolve())
      }),
  }
  const record = (_passId: number, batch: RecordBatch) => {
    written.push(batch.progress)
    return Promise.resolve(NOTHING)
  }
  const on = { flushed: () => undefined, lost: () => undefined, gone: new Promise<never>(() => {}), paused: () => {} }
  const recorder = createRecorder({ record }, 1, clock, on)
  const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  async function pass(ms: number): Promise<void> {
    nowMs += ms
    for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake()
    await settled()
  }
  return { recorder, written, settled, pass }
}

describe('progress', () => {
  it('that a job reports last is written within a second, though nothing else is', async () => {
    const { recorder, written, settled, pass } = aRecorder()
    recorder.progress('run', 0, 'begin')
    await settled()
    recorder.progress('run', 0.4, 'hardly')
    recorder.progress('run', 0.5, 'half')
    await pass(500)
    expect(written).toEqual([[{ runId: 'run', fraction: 0, note: 'begin' }]])
    await pass(500)
    expect(written.slice(1)).toEqual([[{ runId: 'run', fraction: 0.5, note: 'half' }]])
    await pass(5000)
    expect(written).toHaveLength(2)
  })

  it('goes with a flush that comes before, and is not written again', async () => {
    const { recorder, written, settled, pass } = aRecorder()
    recorder.progress('run', 0, null)
    await settled()
    recorder.progress('run', 1, null)
    await recorder.start({ runId: 'other', attempt: 1, maxAttempts: 1 })
    await pass(5000)
    expect(written).toEqual([[{ runId: 'run', fraction: 0, note: null }], [{ runId: 'run', fraction: 1, note: null }]])
  })
})
