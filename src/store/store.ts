import type { JsonValue } from '../domain/json.js'
import type { PassFigures, PassKind, PassStatus } from '../domain/pass.js'
import type { Attempt, AttemptStatus, Run, RunHead, RunReason, Trigger } from '../domain/run.js'
import type { JobRow, Schedule } from '../domain/schedule.js'
import type { SlotId, SlotSettlement } from '../ledger/settlement.js'

/**
 * The write side of the database, in domain words. `mysql/` and `sqlite/` implement it; one conformance
 * suite holds for both. "Now" is always the database's clock. Every write of a pass is guarded by its
 * own row being RUNNING with a lease in the future: a pass that lost its lease changes nothing.
 */
export interface Store extends PassStore, AdminStore {
  readonly engine: 'mysql' | 'sqlite'
  /** Closes the connection; safe to call twice. */
  close(): Promise<void>
}

/** What the pass needs, in the order in which it needs it. */
export interface PassStore {
  /** One round trip: everything that tells an idle pass that it is idle. Reads only. */
  check(query: CheckQuery): Promise<Check>
  /** Records a pass with nothing to do, status IDLE; null (and nothing written) when work has turned up since. */
  recordIdlePass(pass: NewPass): Promise<OpenedPass | null>
  openPass(pass: NewPass, leaseMs: number): Promise<OpenedPass>
  /** The heartbeat; also tells which of the pass's runs somebody wants stopped. */
  renewLease(passId: number, leaseMs: number): Promise<Renewal>
  /** False when the lease was lost: then nothing is written. */
  closePass(passId: number, status: PassStatus, figures: PassFigures): Promise<boolean>

  /** Marks passes whose lease has expired LOST, the only way a pass dies. Returns their ids. */
  buryExpiredPasses(): Promise<number[]>
  /**
   * Runs RUNNING or reserved (PENDING without availableAt) whose pass is not RUNNING, oldest first, from `afterId` on.
   * `expiredToo` adds those of passes whose lease has expired though nobody has buried them yet; for dry runs, which bury
   * nobody.
   */
  findOrphans(limit: number, options?: { expiredToo?: boolean; afterId?: string }): Promise<RunHead[]>
  /**
   * Each guarded by the orphan's status and dead pass; slots that end with them are settled. Returns those that were
   * carried out, as they were: a run that somebody has asked to stop ends CANCELLED where it would have waited.
   */
  settleOrphans(passId: number, verdicts: readonly OrphanVerdict[]): Promise<SettledOrphans>

  /** Schedules with something to take: due slots, or waiting runs; highest priority first, then oldest. */
  listTakeable(query: TakeableQuery): Promise<Takeable[]>
  /** What `take` would hand to its decision, without locks; for dry runs. */
  peek(scheduleIds: readonly string[]): Promise<LockedSchedule[]>
  /**
   * Takes slots and waiting runs of the named schedules in one short transaction: locks the rows by primary key,
   * asks `decide` (pure, may be called again when the transaction is retried), inserts the slots' runs reserved for
   * the pass and the write-offs, moves `nextRunAt`, settles the slots that end with waiting runs. `globalPause` stands as long as nobody has resumed. A slot whose run exists already is left out of the insert.
   * 'lost' when the pass no longer holds its lease.
   */
  take(
    passId: number,
    scheduleIds: readonly string[],
    decide: (locked: LockedSchedule, globalPause: GlobalPause | null) => TakeDecision,
  ): Promise<Taken[] | 'lost'>

  /** Starts, finishes and settlements in one transaction. Ids left out of the answer were fenced or cancelled. */
  record(passId: number, batch: RecordBatch): Promise<Recorded | 'lost'>
  /** The current heads of these runs; to see why a start was refused, or whether a slot is complete. */
  readRuns(runIds: readonly string[]): Promise<RunHead[]>
  /** All run heads of a slot. */
  readSlot(scheduleId: string, scheduledFor: Date): Promise<RunHead[]>
  /** Which of these a `take` would leave out, as they have a run; for dry runs. */
  readExisting(wanted: readonly SlotJob[]): Promise<SlotJob[]>
  /**
   * Reserved runs that will not start in this pass wait for any pass from now on; one that somebody has asked to stop ends
   * CANCELLED, and its slot is settled.
   */
  releaseRuns(passId: number, runIds: readonly string[], reason: RunReason | null): Promise<Released>
  /** Passes with status RUNNING, other than this one, that hold RUNNING or reserved runs; an expired one is listed too. */
  listBusyPasses(exceptPassId: number): Promise<BusyPass[]>

  /**
   * Deletes old history in bounded bites; a schedule's `historyFrom` moves past what is gone. Keeps the newest
   * `keepRuns` per schedule and outcome. Returns how many rows went.
   */
  prune(query: PruneQuery): Promise<Pruned>
}

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

export interface GlobalPause {
  at: Date
  reason: string | null
  until: Date | null
}

export interface NewPass {
  kind: PassKind
  host: string
  pid: number
  version: string
  configName: string | null
}

export interface OpenedPass {
  id: number
  startedAt: Date
}

export interface CheckQuery {
  configName: string
  /** Ids that the config defines: their owners are read even when another config has them. */
  scheduleIds: readonly string[]
  jobNames: readonly string[]
  /** Slots up to this far ahead of the database's now count as due, in milliseconds. */
  aheadMs: number
}

/** What the database knows of a definition: enough to see whether it must be written. */
export interface KnownDefinition {
  id: string
  definitionHash: string
  configName: string | null
  orphaned: boolean
}

export interface Check {
  now: Date
  schedules: (KnownDefinition & { source: Schedule['source'] })[]
  jobs: KnownDefinition[]
  globalPause: GlobalPause | null
  /** Schedules (of this config, or created at run time) with a due slot or a pause that has run out; stops at 10,001. */
  due: number
  /** Available PENDING runs of such schedules; counting stops at 10,001. */
  waiting: number
  /** RUNNING and reserved runs: of dead or expired passes, and of live ones. */
  orphaned: number
  held: number
  next: { scheduleId: string; at: Date } | null
}

export interface Renewal {
  /** False: the lease is lost, for good. */
  alive: boolean
  cancel: { runId: string; reason: RunReason }[]
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

export interface BusyPass {
  id: number
  host: string
  pid: number
  runs: number
  leaseUntil: Date
  /** Milliseconds until the lease expires, by the database's clock; 0 or less: expired. */
  leaseLeftMs: number
}

export interface PruneQuery {
  /** Newest ended runs kept per schedule and outcome; null: no limit by count. */
  keepRuns: number | null
  /** Ended runs older than this go; null: no limit by age. */
  runsOlderThanMs: number | null
  passesOlderThanMs: number | null
  scheduleIds?: readonly string[]
  /** Rows deleted at most, in transactions of at most 500. */
  limit: number
  /** Count, delete nothing. */
  dryRun?: boolean
}

export interface Pruned {
  runs: number
  passes: number
  auditEvents: number
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
