import type { JsonValue } from './json.js'

export const RUN_STATUSES = [
  'PENDING',
  'QUEUED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'TIMED_OUT',
  'ABANDONED',
  'INTERRUPTED',
  'SKIPPED',
  'MISSED',
  'CANCELLED',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** How one attempt can end; ABANDONED is written by another pass, on behalf of a dead one. */
export type AttemptStatus = 'COMPLETED' | 'FAILED' | 'TIMED_OUT' | 'ABANDONED' | 'INTERRUPTED' | 'CANCELLED'

export type Trigger = 'CRON' | 'MANUAL' | 'BACKFILL'

/** Why a slot is SKIPPED; `condition` also of one that FAILED, as its `when` threw. */
type SkipReason = 'overlap' | 'paused' | 'condition' | 'environment'
/** Why a slot is MISSED. */
type MissReason = 'coalesced' | 'window' | 'limit' | 'edited'
/** Why a run is CANCELLED. */
type CancelReason = 'replaced' | 'requested'
/** Why a run that has begun is PENDING again. */
type WaitReason = 'retry' | 'crashed' | 'interrupted'

/** Stable words in `JobRun.reason`; `superseded`: FAILED, as its job started for a newer slot. */
export type RunReason = SkipReason | MissReason | CancelReason | WaitReason | 'superseded'

/** The job name of a row that stands for slots which did not run. */
export const WHOLE_SLOT = '*'

/** One try at a run, as kept in `JobRun.attempts`. Times are ISO 8601 strings in UTC. */
export interface Attempt {
  number: number
  status: AttemptStatus
  startedAt: string
  finishedAt: string | null
  durationMs: number | null
  passId: number | null
  error: string | null
  /** Set where it blocked its process so that this had to be ended; of an ABANDONED one it may be so. */
  endedProcess?: true
}

/** A row of JobRun. */
export interface Run {
  id: string
  scheduleId: string
  jobName: string
  trigger: Trigger
  status: RunStatus
  reason: RunReason | null
  /** The slot; for a row of several slots the last one; null for MANUAL. */
  scheduledFor: Date | null
  /** Set on rows that stand for several adjacent slots. */
  firstSlot: Date | null
  slotCount: number
  /** Attempts begun so far. */
  attempt: number
  maxAttempts: number
  /** Attempts that ended because their process died or was stopped. */
  crashes: number
  /** PENDING: any pass may take it from then on; null: held by `passId`. */
  availableAt: Date | null
  priority: number
  passId: number | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  durationMs: number | null
  /** 0 to 1, with an optional note, as last reported by the job. */
  progress: { fraction: number; note: string | null } | null
  output: JsonValue
  error: string | null
  log: string | null
  params: JsonValue
  requestedBy: string | null
  cancelRequestedAt: Date | null
  attempts: Attempt[]
}

/** What taking, starting and finishing runs needs to know of one: everything but its bulky texts. */
export type RunHead = Omit<Run, 'output' | 'log' | 'error' | 'progress' | 'durationMs' | 'finishedAt'>
