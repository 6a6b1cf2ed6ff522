import type { Backfill } from '../commands/backfill.js'
import type { CancelledRun } from '../commands/cancel.js'
import type { ExpectedPass } from '../commands/expect-pass.js'
import type { RequestedRuns } from '../commands/request.js'
import type { ResumedAll, ResumedSchedule } from '../commands/resume.js'
import type { JsonValue } from '../domain/json.js'
import type { Schedule } from '../domain/schedule.js'
import type { GlobalPause } from '../store/store.js'

/** What operators can change; every change is audited in the name of `actor`. All reject with a ScheduleError. */
export interface Actions {
  /** Leaves a request for the next pass. SCHEDULE_NOT_FOUND, JOB_NOT_FOUND, CONFLICT. */
  requestRun(actor: string, scheduleId: string, options?: RequestOptions): Promise<Requested>
  /** Takes back a run that waits, asks one that runs to stop. RUN_NOT_FOUND. */
  cancel(actor: string, runId: string): Promise<CancelledRun>
  /** SCHEDULE_NOT_FOUND, USAGE. */
  pause(actor: string, scheduleId: string, options?: PauseOptions): Promise<Schedule>
  /** SCHEDULE_NOT_FOUND. */
  resume(actor: string, scheduleId: string): Promise<ResumedSchedule>
  /** Stops every schedule, those to come included; a pause of everything takes these terms. USAGE. */
  pauseAll(actor: string, options?: PauseOptions): Promise<GlobalPause>
  resumeAll(actor: string): Promise<ResumedAll>
  /** Requests for slots in [from, to) without a run; `dryRun` only tells. SCHEDULE_NOT_FOUND, JOB_NOT_FOUND, USAGE, REFUSED. */
  backfill(actor: string, scheduleId: string, period: BackfillPeriod): Promise<Backfill>
}

export interface RequestOptions {
  /** Only this job of the schedule. */
  job?: string
  /** In place of the schedule's params. */
  params?: JsonValue
}

export interface Requested extends RequestedRuns {
  /** When the pass that will run them is to be expected. */
  expectedPass: ExpectedPass
}

export interface PauseOptions {
  reason?: string
  until?: Date
}

export interface BackfillPeriod {
  from: Date
  to: Date
  dryRun?: boolean
}
