import type { PassFigures, PassKind, PassStatus } from '../../domain/pass.js'
import type { RunHead, RunReason } from '../../domain/run.js'
import type { Schedule } from '../../domain/schedule.js'
import type { OrphanVerdict, RecordBatch, Recorded, Released, SettledOrphans } from './recording.js'
import type { GlobalPause, LockedSchedule, SlotJob, TakeDecision, Takeable, TakeableQuery, Taken } from './taking.js'

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
