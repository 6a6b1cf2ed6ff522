import type { JsonValue } from '../../domain/json.js'
import type { RunHead, RunReason } from '../../domain/run.js'
import type { Schedule } from '../../domain/schedule.js'

export interface TakeableQuery {
  /** Only schedules of this config, and those created at run time (configName NULL). */
  configName: string
  /** Slots at or before this instant are due. */
  until: Date
  limit: number
  /** Only these schedules (`--schedule`). */
  scheduleIds?: readonly string[]
  /** Leave out all slots (they are paused), keep waiting runs. */
  slotsPaused?: boolean
}

export interface Takeable {
  scheduleId: string
  priority: number
  /** The oldest due slot or waiting run. */
  at: Date
}

/** A run that is open; when the pass that holds it began tells whether it has held the run from the first. */
export interface OpenRun extends RunHead {
  passStartedAt: Date | null
}

/** A schedule as the take transaction sees it under its lock. */
export interface LockedSchedule {
  /** The database's now, the same for all schedules of one transaction. */
  now: Date
  schedule: Schedule
  /** RUNNING, QUEUED, or reserved by a live pass. */
  open: OpenRun[]
  /** PENDING and held by nobody, in the order of their ids; also those whose availableAt lies ahead. */
  waiting: RunHead[]
}

export interface TakeDecision {
  /** Slots to take, oldest first. */
  slots: PlannedSlot[]
  /** Runs of `waiting` to reserve for this pass. */
  resume: string[]
  /** Runs of `waiting` that end here. */
  end: { runId: string; status: 'FAILED' | 'CANCELLED'; reason: RunReason; error: string | null }[]
  /** Runs of `open` that are asked to stop (`cancelRequestedAt`, reason). */
  stop: { runId: string; reason: RunReason }[]
  writeOffs: WriteOff[]
  /** Columns of JobSchedule to set; null: none. */
  set: ScheduleChange | null
}

export interface PlannedSlot {
  scheduledFor: Date
  runs: { jobName: string; maxAttempts: number }[]
  priority: number
  params: JsonValue
}

/** What the unique key of a run says: one job of one slot. */
export interface SlotJob {
  scheduleId: string
  jobName: string
  scheduledFor: Date
}

/** Adjacent slots with the same fate: one row with jobName '*'. */
export interface WriteOff {
  status: 'SKIPPED' | 'MISSED'
  reason: RunReason
  firstSlot: Date
  lastSlot: Date
  slotCount: number
}

/** Columns of JobSchedule as they are to be; what is absent stays. */
export type ScheduleChange = Partial<Omit<Schedule, 'id' | 'createdAt' | 'updatedAt'>>

export interface Taken {
  scheduleId: string
  decision: TakeDecision
  /** The runs now reserved for the pass: those of `slots` in their order, then `resume`. */
  runs: RunHead[]
  /** The end of waiting runs has paused it (`pauseAfterFailures`). */
  paused: boolean
}

export interface GlobalPause {
  at: Date
  reason: string | null
  until: Date | null
}
