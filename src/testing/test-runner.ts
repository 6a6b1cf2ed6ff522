import type { ConfigOptions, Duration, Instant } from '../config/definitions.js'
import type { JsonValue } from '../domain/json.js'
import type { Run } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import type { DryRunReport, PassReport } from '../pass/report.js'
import type { JobStandIns } from './test-config.js'

export interface TestRunnerOptions {
  /** Where the clock stands at first: a `Date` or an ISO 8601 instant. */
  now: Instant
  /** What RUN_ENVIRONMENT would say; default `'test'`. */
  environment?: string
  /** How often the platform starts a pass; default `'1h'`. */
  passInterval?: Duration
  /** Functions in place of what jobs do, by job name: for commands, HTTP requests and whatever a test should not do. */
  jobs?: JobStandIns
}

/** The clock of a test's database and passes. It stands still until it is set, and while a pass waits it moves by itself. */
export interface TestClock {
  now(): Date
  /** Never back: throws USAGE. */
  set(instant: Instant): void
  advance(duration: Duration): void
  /** For jobs: takes that long on this clock and no time at all. Wakes early when the signal aborts. */
  sleep(duration: Duration, signal?: AbortSignal): Promise<void>
}

/** Passes in this process over a database in memory, at the time of a settable clock. Schedules exist from its start on. */
export interface TestRunner {
  readonly clock: TestClock
  /** Makes one pass: definitions are synced, what is due runs. Rejects as `runPass` does. */
  pass(options?: { schedules?: readonly string[] }): Promise<PassReport>
  /** Makes a pass at each whole interval after now, up to and including an instant; the clock then stands there. */
  passUntil(instant: Instant): Promise<PassReport[]>
  /** Makes a pass whose process dies as this job starts. Throws JOB_NOT_FOUND when the pass ended without starting it. */
  crash(jobName: string): Promise<void>
  /** What a pass would do now; nothing is written. */
  plan(options?: { schedules?: readonly string[] }): Promise<DryRunReport>
  /** From now on passes have this config, as after a deployment. */
  deploy(config: ConfigOptions): Promise<void>
  /** Every row of the history in the order of creation, those of slots that did not run (job `*`) included. */
  runs(filter?: { scheduleId?: string; jobName?: string; status?: Run['status'] }): Promise<Run[]>
  schedules(): Promise<Schedule[]>
  /** Leaves a request for the next pass. */
  request(scheduleId: string, options?: { job?: string; params?: JsonValue }): Promise<void>
  cancel(runId: string): Promise<'cancelled' | 'requested' | 'ended'>
  pause(scheduleId: string, options?: { reason?: string; until?: Instant }): Promise<void>
  resume(scheduleId: string): Promise<void>
  close(): Promise<void>
}
