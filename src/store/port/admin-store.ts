import type { JsonValue } from '../../domain/json.js'
import type { PassStatus } from '../../domain/pass.js'
import type { Run, RunHead, Trigger } from '../../domain/run.js'
import type { JobRow, Schedule } from '../../domain/schedule.js'
import type { GlobalPause, ScheduleChange, WriteOff } from './taking.js'

/** What people and applications change; small audited transactions. */
export interface AdminStore {
  /** The database's clock. */
  now(): Promise<Date>
  readSchedules(ids?: readonly string[]): Promise<Schedule[]>
  readJobs(): Promise<JobRow[]>
  readRun(runId: string): Promise<Run | null>
  /** Slots in [from, to) that have a run of a job (write-offs do not count), ascending. */
  readSlotsWithRuns(scheduleId: string, from: Date, to: Date): Promise<Date[]>
  /** The newest pass of kind PASS; null before the first. */
  readLastPass(): Promise<{ startedAt: Date; status: PassStatus } | null>
  /**
   * Locks the named schedules (those that exist) in one transaction and applies what `edit` says of each, plus `insert`
   * and the audit events. `edit` is pure and may be called again; null leaves that schedule alone.
   */
  editSchedules(request: EditRequest): Promise<Schedule[]>
  writeJobs(jobs: readonly JobRow[]): Promise<void>
  /** Inserts runs; one whose slot has a run already is left out. Returns those inserted, or the open run that forbids it. */
  insertRuns(request: InsertRuns): Promise<{ inserted: RunHead[] } | { open: RunHead }>
  /**
   * Waiting runs become CANCELLED, and a slot that ends with them is settled; held or running ones are asked to stop, ended
   * ones stay as they are.
   */
  cancelRun(runId: string, audit: NewAuditEvent): Promise<'cancelled' | 'requested' | 'ended' | 'missing'>
  /** Stops every schedule, those to come included, or changes the terms of that; or lets all go on (null). */
  setGlobalPause(pause: GlobalPause | null, audit: NewAuditEvent): Promise<void>
  /** Lets all go on if this is the pause that holds. False: it is not, and nothing is written. */
  endGlobalPause(pause: GlobalPause, audit: NewAuditEvent): Promise<boolean>
  readGlobalPause(): Promise<GlobalPause | null>
}

export interface NewAuditEvent {
  actor: string
  action: string
  scheduleId: string | null
  runId: string | null
  detail: JsonValue
}

export interface EditRequest {
  ids: readonly string[]
  edit: (schedule: Schedule, now: Date, open: RunHead[]) => ScheduleEdit | null
  /** Schedules to create; `historyFrom`, `nextRunAt` computed by the caller from the now it is given. */
  insert?: (now: Date) => (ScheduleChange & { id: string })[]
  audit: readonly NewAuditEvent[]
}

export interface ScheduleEdit {
  set: ScheduleChange
  writeOffs: WriteOff[]
  /** Cancel waiting runs and ask open ones to stop. */
  cancelRuns?: boolean
  /** Delete the row; its history stays until pruned. */
  remove?: boolean
  /** Written only when this edit is applied, in the same transaction. */
  audit?: NewAuditEvent
}

export interface InsertRuns {
  scheduleId: string
  trigger: Exclude<Trigger, 'CRON'>
  runs: { jobName: string; maxAttempts: number; scheduledFor: Date | null; params: JsonValue; priority: number }[]
  requestedBy: string | null
  /** Reserve them for this pass (`run`); null: any pass may take them from now on (`request`, `backfill`). */
  passId: number | null
  /** Answer `open` instead of inserting when the schedule has an open run. */
  refuseIfOpen: boolean
  audit: NewAuditEvent | null
}
