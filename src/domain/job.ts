import type { JsonValue } from './json.js'
import type { Trigger } from './run.js'

export type Isolation = 'inline' | 'process'
export type OnCrash = 'retry' | 'skip'

/** When and how often a failed attempt is tried again; durations in milliseconds. */
export interface RetryPolicy {
  /** All attempts, the first included. */
  attempts: number
  delayMs: number
  backoff: 'fixed' | 'linear' | 'exponential'
  maxDelayMs: number
}

/** Writes lines that are stored with the run (the last 64 KiB). */
export interface JobLog {
  (message: string, details?: unknown): void
  info(message: string, details?: unknown): void
  warn(message: string, details?: unknown): void
  error(message: string, details?: unknown): void
}

/** What a job is given. `Params` is what the job expects of `params`; nothing checks it. */
export interface JobContext<Params = JsonValue> {
  runId: string
  scheduleId: string
  jobName: string
  /** The slot's nominal time; for a manual run the time of the request. */
  scheduledFor: Date
  trigger: Trigger
  /** 1 for the first try. */
  attempt: number
  /** Grows with every pass: hand it to systems that can refuse an older writer. */
  fence: number
  /** The same for every attempt of a run. */
  idempotencyKey: string
  params: Params
  /** Aborts at the timeout, on cancel, when the pass is stopped, and when its lease is lost. */
  signal: AbortSignal
  log: JobLog
  /** Reports how far the job is: a fraction from 0 to 1 and an optional note. */
  progress(fraction: number, note?: string): void
}
