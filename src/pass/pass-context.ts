import type { Clock } from '../clock.js'
import type { Config } from '../config/config.js'
import type { Environment } from '../config/environment.js'
import type { Problem } from '../errors.js'
import type { GlobalPause, Store, WriteOff } from '../store/store.js'
import type { PassKind } from '../domain/pass.js'
import type { CreateHeartbeat } from './heartbeat.js'
import type { FailOn, ReportedRun } from './report.js'
import type { PassStopper } from './stop.js'

/** What a pass is given. */
export interface PassContext {
  store: Store
  config: Config
  environment: Environment
  clock: Clock
  stopper: PassStopper
  observer: PassObserver
  /** Problems of cron expressions and time zones; loads the calendar, so it is asked only when definitions changed. */
  checkCalendar(): Promise<Problem[]>
  /** Ends this pause of everything, whose time is over: what passed meanwhile is written off. One set since goes on. */
  resumeAll(over: GlobalPause): Promise<{ writeOffs: readonly WriteOff[] }>
  settings: PassSettings
  /** Absent: a thread and a connection of its own. */
  createHeartbeat?: CreateHeartbeat
}

export interface PassSettings {
  kind: PassKind
  host: string
  pid: number
  version: string
  /** Only these schedules; null: all. */
  scheduleIds: readonly string[] | null
  concurrency: number
  maxDurationMs: number | null
  failOn: FailOn
  /** Monotonic instant at which the process began the pass. */
  startedAtMs: number
}

/** Told what happens, as it happens; the one that writes every sentence. Never throws. */
export interface PassObserver {
  runStarted(run: {
    runId: string
    scheduleId: string
    jobName: string
    scheduledFor: Date | null
    attempt: number
  }): void
  runEnded(run: ReportedRun): void
  runProgress(runId: string, fraction: number, note: string | null): void
  /** The pass waits: for another pass's lease, a retry, the top of the hour. */
  waiting(reason: string): void
  warning(message: string): void
}

export const silentObserver: PassObserver = {
  runStarted: () => undefined,
  runEnded: () => undefined,
  runProgress: () => undefined,
  waiting: () => undefined,
  warning: () => undefined,
}
