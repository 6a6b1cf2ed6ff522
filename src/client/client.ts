import type { ScheduleInput } from '../commands/check-definition.js'
import type { JsonValue } from '../domain/json.js'
import type { Run, RunHead } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import type { RunQuery, RunSummary, ScheduleQuery, ScheduleSummary } from '../queries/queries.js'

export interface ClientOptions {
  /** As DATABASE_URL: `mysql://user:password@host/database` or `file:./path.db`, relative to the working directory. */
  databaseUrl: string
  /** Who acts, as audit events and runs name them; `client` unless set, and each call may name another. */
  actor?: string | undefined
}

export interface Acting {
  /** Who asked for this, such as the user of your app. */
  actor?: string | undefined
}

export interface PauseOptions extends Acting {
  reason?: string | null | undefined
  /** The schedule wakes by itself then. */
  until?: Date | string | null | undefined
}

export interface RequestOptions extends Acting {
  /** Only this job of the schedule. */
  job?: string | null | undefined
  /** In place of the schedule's params. */
  params?: JsonValue | undefined
}

/** What an application may do with schedules and runs. Every method rejects with a ScheduleError. */
export interface Client {
  readonly schedules: {
    /** Creates a schedule in the database, or changes the definition of one that was created so. */
    upsert(schedule: ScheduleInput, options?: Acting): Promise<Schedule>
    /** Cancels its open runs and keeps its history until pruned. */
    remove(id: string, options?: Acting): Promise<void>
    pause(id: string, options?: PauseOptions): Promise<Schedule>
    /** Slots that passed during the pause stay skipped. One that is not paused is left as it is. */
    resume(id: string, options?: Acting): Promise<Schedule>
    /** All that match, in the order of their ids unless told otherwise. */
    list(query?: ScheduleQuery): Promise<ScheduleSummary[]>
    get(id: string): Promise<ScheduleSummary | null>
  }
  readonly runs: {
    /** Leaves a request for the next pass: one run per job, in the order in which they will run. */
    request(scheduleId: string, options?: RequestOptions): Promise<RunHead[]>
    /** `cancelled`: it waited and will not run; `requested`: it is asked to stop; `ended`: it had ended before. */
    cancel(runId: string, options?: Acting): Promise<'cancelled' | 'requested' | 'ended'>
    /** Newest first, 50 unless `limit` is set; the last id is the `cursor` of the next page. */
    list(query?: RunQuery): Promise<RunSummary[]>
    get(runId: string): Promise<Run | null>
  }
  /** Ends the connections; an open one keeps the process alive. Safe to call twice. */
  close(): Promise<void>
}
