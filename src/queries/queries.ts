import type { JsonValue } from '../domain/json.js'
import type { PassKind, PassRow, PassStatus } from '../domain/pass.js'
import type { Run, RunReason, RunStatus, Trigger } from '../domain/run.js'
import type { JobRow, Schedule } from '../domain/schedule.js'

/**
 * The read side of the database, for people: lists, history, statistics. It never writes, and every method
 * reads a bounded number of rows. Rejects with a ScheduleError (DATABASE_*) that names what is wrong.
 */
export interface Queries {
  readonly engine: 'mysql' | 'sqlite'
  /** The database's clock, which decides what is due. */
  now(): Promise<Date>
  listSchedules(query?: ScheduleQuery): Promise<SchedulePage>
  getSchedule(id: string): Promise<ScheduleSummary | null>
  listJobs(): Promise<JobRow[]>
  /** Newest first, by when they were recorded. */
  listRuns(query?: RunQuery): Promise<RunPage>
  getRun(id: string): Promise<Run | null>
  /** Ids that end with this text (what a narrow list shows of them), newest first, at most 10. */
  findRunIds(ending: string): Promise<string[]>
  /** Newest first. */
  listPasses(query?: PassQuery): Promise<PassPage>
  getPass(id: number): Promise<PassRow | null>
  /** `pause --all`; null while it does not hold. */
  pauseOfAll(): Promise<PauseOfAll | null>
  /** The part of the overview that tells whether the platform's cron still works: three rows. */
  signsOfLife(): Promise<SignsOfLife>
  overview(): Promise<Overview>
  /** How long the newest completed runs of each schedule took; schedules without any are left out. */
  durations(scheduleIds: readonly string[], lastRuns?: number): Promise<Map<string, DurationStatistics>>
  /** The newest slots of each schedule and what became of them, oldest first. */
  slots(scheduleIds: readonly string[], count?: number): Promise<Map<string, SlotOutcome[]>>
  /**
   * What history says of a schedule's slots at or after an instant, newest first: the newest 10,000 rows unless told
   * otherwise (100,000 at most). Requests without a slot are left out.
   */
  slotRecords(scheduleId: string, from: Date, limit?: number): Promise<SlotRecord[]>
  /** Attempts under way between two instants, newest first: what ran when, beside what. */
  timeline(query: TimelineQuery): Promise<TimelineRun[]>
  /** Newest first. */
  listAuditEvents(query?: AuditQuery): Promise<AuditPage>
  /** Must be called: an open pool keeps the process alive. Safe to call twice. */
  close(): Promise<void>
}

/** What a schedule is doing; the first that applies. */
export type ScheduleState = 'orphaned' | 'paused' | 'running' | 'due' | 'waiting' | 'ended'

export interface ScheduleSummary extends Schedule {
  state: ScheduleState
  runningRuns: number
  /** QUEUED, requested, reserved or waiting for a retry. */
  waitingRuns: number
}

export interface ScheduleQuery {
  /** Part of an id, in any case. */
  search?: string | undefined
  /** `failing`: the newest finished slot failed. */
  filter?: 'active' | 'paused' | 'orphaned' | 'failing' | 'due' | undefined
  /** `next`: soonest slot first, those without one last. */
  order?: 'id' | 'next' | undefined
  offset?: number | undefined
  limit?: number | undefined
}

export interface SchedulePage {
  /** The database's clock at the time of the answer. */
  now: Date
  globalPause: PauseOfAll | null
  schedules: ScheduleSummary[]
  /** Of all that match, on this page or not. */
  total: number
}

/** `pause --all`. */
export interface PauseOfAll {
  at: Date | null
  reason: string | null
  until: Date | null
}

/** A run without its bulky parts; `error` is cut to 300 characters. */
export type RunSummary = Omit<Run, 'output' | 'log' | 'params' | 'attempts'>

export interface RunQuery {
  scheduleId?: string | undefined
  jobName?: string | undefined
  /** Any of these; absent or empty: all. */
  statuses?: readonly RunStatus[] | undefined
  /** Recorded at or after. */
  from?: Date | undefined
  /** Recorded before. */
  to?: Date | undefined
  /** `nextCursor` of the page before. */
  cursor?: string | undefined
  /** 50 unless set; at most 500. */
  limit?: number | undefined
}

export interface RunPage {
  runs: RunSummary[]
  /** Null on the last page. */
  nextCursor: string | null
}

export interface PassQuery {
  kind?: PassKind
  statuses?: readonly PassStatus[]
  cursor?: string
  limit?: number
}

export interface PassPage {
  passes: PassRow[]
  nextCursor: string | null
}

export interface SignsOfLife {
  now: Date
  /** The newest invocation by the platform (kind PASS). */
  lastPass: PassRow | null
  /** When a pass or worker last finished, or showed by its lease that it was alive. */
  lastSignOfLifeAt: Date | null
}

export interface Overview extends SignsOfLife {
  globalPause: PauseOfAll | null
  schedules: { total: number; active: number; paused: number; orphaned: number; failing: number; due: number }
  open: { running: number; queued: number; pending: number }
  /** Rows recorded in the last 24 hours, by status; write-offs count once per row. */
  lastDay: Partial<Record<RunStatus, number>>
  /** The newest 20. */
  running: RunSummary[]
  /** Schedules whose newest finished slot failed, longest failing first; at most 20. */
  failing: Pick<Schedule, 'id' | 'lastStatus' | 'lastError' | 'lastRunAt' | 'consecutiveFailures'>[]
  next: { scheduleId: string; at: Date } | null
}

/** Milliseconds; percentiles by nearest rank. */
export interface DurationStatistics {
  count: number
  averageMs: number
  p50Ms: number
  p95Ms: number
  maxMs: number
  /** Of the newest run. */
  lastMs: number
}

/** What became of one slot, or of adjacent slots that share a row. */
export interface SlotOutcome {
  scheduledFor: Date
  /** Set where the row stands for several slots; `scheduledFor` is the last of them. */
  firstSlot: Date | null
  slotCount: number
  /** While a run is open its status, then the worst of its runs. */
  status: RunStatus
  reason: RunReason | null
  /** Runs of jobs; 0 for slots that did not run. */
  runs: number
  /** From the first start to the last finish; null while open, or when nothing ran. */
  durationMs: number | null
  startedAt: Date | null
}

/** A row of history as it concerns slots: a run of one, or several that did not run. */
export interface SlotRecord {
  /** True: adjacent slots that did not run, from `firstSlot` to `scheduledFor`. */
  isWriteOff: boolean
  trigger: Trigger
  firstSlot: Date | null
  scheduledFor: Date
  slotCount: number
}

export interface TimelineQuery {
  from: Date
  to: Date
  /** 1,000 unless set; at most 5,000. */
  limit?: number
}

export type TimelineRun = Pick<
  Run,
  'id' | 'scheduleId' | 'jobName' | 'trigger' | 'status' | 'startedAt' | 'finishedAt' | 'passId'
>

export interface AuditEvent {
  id: number
  at: Date
  actor: string
  action: string
  scheduleId: string | null
  runId: string | null
  detail: JsonValue
}

export interface AuditQuery {
  /** Null: changes that are about no schedule alone. */
  scheduleId?: string | null
  action?: string
  runId?: string
  cursor?: string
  limit?: number
}

export interface AuditPage {
  events: AuditEvent[]
  nextCursor: string | null
}
