import { soon, type Clock } from '../clock.js'
import type { SlotId, SlotSettlement } from '../ledger/settlement.js'
import type { Recorded, RecordBatch, RunFinish, RunSkip, RunStart, Store } from '../store/store.js'

/** Writes what happens to runs, many at a time, without ever waiting for company. */
export interface Recorder {
  /** True once the run is RUNNING in the database; false: fenced or cancelled, do not start it. */
  start(start: RunStart): Promise<boolean>
  /** How the run stands then: CANCELLED where it was to wait, when somebody has asked it to stop. Null: fenced, the result was discarded. */
  finish(finish: RunFinish): Promise<Pick<RunFinish, 'status' | 'reason'> | null>
  skip(skip: RunSkip): Promise<boolean>
  /** What is known of a slot, or one that the database knows. Handed over in one tick with the end of its last run, it shares its transaction. */
  settle(slot: SlotSettlement | SlotId): Promise<void>
  /** Written with the next flush, at least once a second. */
  progress(runId: string, fraction: number, note: string | null): void
}

const LARGEST_BATCH = 500
const PROGRESS_INTERVAL_MS = 1000

type MutableBatch = { [Key in keyof RecordBatch]: RecordBatch[Key][number][] }

interface Entry {
  add(batch: MutableBatch): void
  settle(recorded: Recorded): void
  fail(error: unknown): void
}

interface RecorderEvents {
  flushed(ms: number): void
  lost(): void
  /** Resolves when the lease is known to be lost: a database that does not answer is not waited for. */
  gone: Promise<'lost'>
  paused(scheduleIds: readonly string[]): void
}

/**
 * Group commit: while one flush is on its way, what arrives gathers for the next. Nothing waits for a timer, and a
 * handler's place is free as soon as the handler ends, not when its record is durable.
 */
export function createRecorder(
  store: Pick<Store, 'record'>,
  passId: number,
  clock: Clock,
  on: RecorderEvents,
): Recorder {
  const queue: Entry[] = []
  let flushing = false
  let progress = new Map<string, RecordBatch['progress'][number]>()
  let progressDueAtMs = 0
  let laterProgress: AbortController | null = null

  function enqueue<T>(add: Entry['add'], answer: (recorded: Recorded) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      queue.push({ add, settle: (recorded) => resolve(answer(recorded)), fail: reject })
      if (flushing) return
      flushing = true
      // One turn of the loop later, so that everything of the same tick shares the flush.
      soon(() => void flushAll())
    })
  }

  async function flushAll(): Promise<void> {
    while (queue.length > 0) await flush(queue.splice(0, LARGEST_BATCH))
    flushing = false
  }

  async function flush(entries: readonly Entry[]): Promise<void> {
    const batch: MutableBatch = {
      starts: [],
      finishes: [],
      skips: [],
      settlements: [],
      slots: [],
      progress: [...progress.values()],
    }
    progress = new Map()
    laterProgress?.abort()
    laterProgress = null
    for (const entry of entries) entry.add(batch)
    const sentAtMs = clock.monotonicMs()
    try {
      const recorded = await Promise.race([store.record(passId, batch), on.gone])
      on.flushed(clock.monotonicMs() - sentAtMs)
      if (recorded === 'lost') on.lost()
      else on.paused(recorded.paused)
      for (const entry of entries) entry.settle(recorded === 'lost' ? nothingRecorded() : recorded)
    } catch (error) {
      for (const entry of entries) entry.fail(error)
    }
  }

  /** Progress is a courtesy: failing to write it must not fail the run. */
  function sendProgress(): void {
    progressDueAtMs = clock.monotonicMs() + PROGRESS_INTERVAL_MS
    enqueue(
      () => undefined,
      () => undefined,
    ).catch(() => undefined)
  }

  /** Unless a flush takes it along: a job may report no more for hours. */
  async function sendProgressLater(waitMs: number): Promise<void> {
    if (laterProgress !== null) return
    laterProgress = new AbortController()
    const { signal } = laterProgress
    await clock.sleep(waitMs, signal)
    if (!signal.aborted) sendProgress()
  }

  return {
    start: (start) =>
      enqueue(
        (batch) => batch.starts.push(start),
        (recorded) => recorded.started.has(start.runId),
      ),
    finish: (finish) =>
      enqueue(
        (batch) => batch.finishes.push(finish),
        (recorded) => standing(finish, recorded),
      ),
    skip: (skip) =>
      enqueue(
        (batch) => batch.skips.push(skip),
        (recorded) => recorded.skipped.has(skip.runId),
      ),
    settle: (slot) =>
      enqueue(
        (batch) => ('status' in slot ? batch.settlements.push(slot) : batch.slots.push(slot)),
        () => undefined,
      ),
    progress(runId, fraction, note) {
      progress.set(runId, { runId, fraction, note })
      const waitMs = progressDueAtMs - clock.monotonicMs()
      if (waitMs > 0) void sendProgressLater(waitMs)
      else sendProgress()
    },
  }
}

function standing(
  { runId, status, reason }: RunFinish,
  recorded: Recorded,
): Pick<RunFinish, 'status' | 'reason'> | null {
  if (!recorded.finished.has(runId)) return null
  const cancelled = recorded.cancelled.get(runId)
  return cancelled === undefined ? { status, reason } : { status: 'CANCELLED', reason: cancelled }
}

function nothingRecorded(): Recorded {
  return { started: new Set(), finished: new Set(), cancelled: new Map(), skipped: new Set(), paused: [] }
}
