import type { JsonValue } from '../../domain/json.js'
import type { Attempt, AttemptStatus, RunReason } from '../../domain/run.js'
import type { SlotId, SlotSettlement } from '../../ledger/settlement.js'

export interface RecordBatch {
  starts: readonly RunStart[]
  finishes: readonly RunFinish[]
  /** Reserved runs that end without an attempt. */
  skips: readonly RunSkip[]
  /** Slots of which all runs have ended with this batch. */
  settlements: readonly SlotSettlement[]
  /** Slots that may have ended with this batch: settled by what the database says of their runs. */
  slots: readonly SlotId[]
  progress: readonly { runId: string; fraction: number; note: string | null }[]
}

/** PENDING held by the pass → RUNNING; refused when somebody asked the run to stop. */
export interface RunStart {
  runId: string
  attempt: number
  maxAttempts: number
}

/** RUNNING held by the pass → what the attempt made of it. */
export interface RunFinish {
  runId: string
  attempt: number
  /**
   * PENDING: another attempt follows, in this pass (`heldByPass`) or in any from `availableInMs` on; written as CANCELLED
   * when somebody has asked the run to stop.
   */
  status: AttemptStatus | 'PENDING'
  reason: RunReason | null
  heldByPass: boolean
  /** Milliseconds from the database's now. */
  availableInMs: number | null
  durationMs: number
  output: JsonValue
  error: string | null
  log: string | null
  crashes: number
  attempts: readonly Attempt[]
}

export interface RunSkip {
  runId: string
  status: 'SKIPPED' | 'FAILED' | 'CANCELLED'
  reason: RunReason
  error: string | null
}

export interface Recorded {
  started: Set<string>
  finished: Set<string>
  /** Finished runs that were to wait and are CANCELLED, with the reason. */
  cancelled: Map<string, RunReason>
  skipped: Set<string>
  /** Schedules that this batch paused by `pauseAfterFailures`. */
  paused: string[]
}

export interface OrphanVerdict {
  runId: string
  /** What its end may settle. */
  slot: SlotId | null
  /** As found; both guard the write. */
  found: { status: 'RUNNING' | 'PENDING'; passId: number | null }
  /** PENDING waits for any pass from now on. */
  status: 'PENDING' | 'ABANDONED' | 'CANCELLED'
  reason: RunReason | null
  error: string | null
  crashes: number
  attempts: readonly Attempt[]
}

export interface SettledOrphans {
  settled: OrphanVerdict[]
  /** Schedules that were paused by `pauseAfterFailures`. */
  paused: string[]
}

export interface Released {
  /** Ids of those that ended CANCELLED. */
  cancelled: string[]
  /** Schedules that were paused by `pauseAfterFailures`. */
  paused: string[]
}
