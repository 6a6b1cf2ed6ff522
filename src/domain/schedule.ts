import type { JsonValue } from './json.js'
import type { RunStatus } from './run.js'

/** Which jobs a schedule runs: all of its config's, one group's, or a list. */
export type ExecutionMode = 'ALL_JOBS' | 'JOB_GROUP' | 'JOB_LIST'

/** What happens to slots that were missed: the newest runs, each runs, or none outside the window. */
export type CatchUp = 'latest' | 'all' | 'skip'

/** What happens to a slot that comes due while a run of the same schedule is open. */
export type Overlap = 'wait' | 'skip' | 'allow' | 'replace'

/** The part of a schedule that code (or the client) defines; durations in milliseconds. */
export interface ScheduleDefinition {
  id: string
  description: string | null
  cron: string
  timezone: string
  executionMode: ExecutionMode
  jobGroup: string | null
  /** Declared order; null unless executionMode is JOB_LIST. */
  jobNames: string[] | null
  params: JsonValue
  /** Initial state only: later the database owns it. */
  enabled: boolean
  /** Higher runs first; 0 unless set. */
  priority: number
  catchUp: CatchUp
  /** Slots older than this when planned never run; null: no window (`skip`: twice the pass interval). */
  catchUpWindowMs: number | null
  catchUpLimit: number
  overlap: Overlap
  jitterMs: number
  startsAt: Date | null
  endsAt: Date | null
  /** Runs only where RUN_ENVIRONMENT is one of these; null: everywhere. */
  environments: string[] | null
  /** Jobs of one slot that may run at once; 1 runs them in declared order. */
  jobConcurrency: number
  pauseAfterFailures: number | null
  firstRun: 'next' | 'immediately'
}

/** CODE: synced from a config file. DATABASE: created at run time through the client. */
export type ScheduleSource = 'CODE' | 'DATABASE'

/** A row of JobSchedule. */
export interface Schedule extends ScheduleDefinition {
  pausedReason: string | null
  /** A pause ends by itself at this instant; null: at `resume`. Meaningful while `enabled` is false. */
  pausedUntil: Date | null
  /** The next slot, the truth of what is due; null when nothing can come due. */
  nextRunAt: Date | null
  /** The newest slot that has a fate: taken or written off. */
  lastSlotAt: Date | null
  /** When the newest finished slot (or manual run) began to run. */
  lastRunAt: Date | null
  /** The newest finished slot, the one `lastStatus` speaks of. */
  lastFinishedSlotAt: Date | null
  lastStatus: RunStatus | null
  lastError: string | null
  consecutiveFailures: number
  source: ScheduleSource
  configName: string | null
  definitionHash: string
  orphaned: boolean
  /** From here on every slot has a row or lies ahead. */
  historyFrom: Date
  createdAt: Date
  updatedAt: Date
}

/** A row of Job: what programs without job code know of it. */
export interface JobRow {
  name: string
  jobGroup: string | null
  description: string | null
  configName: string
  /** Place in the config file, which is the order in which ALL_JOBS and JOB_GROUP run. */
  position: number
  definitionHash: string
  orphaned: boolean
}
