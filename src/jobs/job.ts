import type { Clock } from '../clock.js'
import type { Isolation, JobContext, OnCrash, RetryPolicy } from '../domain/job.js'
import type { JsonValue } from '../domain/json.js'
import type { RunReason } from '../domain/run.js'

/** A job as resolved from the config: every option has its value, durations in milliseconds. */
export interface Job {
  name: string
  group: string | null
  description: string | null
  /** Of one attempt. */
  timeoutMs: number
  retry: RetryPolicy
  onCrash: OnCrash
  /** Further attempts after a crash, whatever `retry` says. */
  crashRetries: number
  isolation: Isolation
  /** Memory cap of a job with its own process, in MiB; null: none. */
  memoryLimitMb: number | null
  hooks: Hooks
  work: FunctionWork | CommandWork | HttpWork
  /** Place in the config file. */
  position: number
  /** Of what the Job table stores of it; changes when that changes. */
  hash: string
}

export type JobFunction = (context: JobContext) => unknown

export interface FunctionWork {
  kind: 'function'
  /** Resolves the function; a lazy `load` is called at the first attempt. */
  load: () => Promise<JobFunction>
}

export interface CommandWork {
  kind: 'command'
  command: string
  args: readonly string[]
  cwd: string | null
  env: Readonly<Record<string, string>>
  stdin: string | null
  successExitCodes: readonly number[]
}

export interface HttpWork {
  kind: 'http'
  url: string
  method: string
  headers: Readonly<Record<string, string>>
  /** Undefined: a POST sends the context as JSON. */
  body: string | JsonValue | undefined
  /** Empty: any 2xx. */
  expectStatus: readonly number[]
}

/** What hooks are told. */
export interface HookEvent {
  runId: string
  scheduleId: string
  jobName: string
  scheduledFor: Date
  trigger: string
  attempt: number
  status: string
  reason: RunReason | null
  error: string | null
  durationMs: number | null
}

/** Called around a run; one that throws or takes over 10 s is logged and changes nothing. */
export interface Hooks {
  onStart?: ((event: HookEvent) => unknown) | undefined
  onSuccess?: ((event: HookEvent) => unknown) | undefined
  onFailure?: ((event: HookEvent) => unknown) | undefined
  onSkip?: ((event: HookEvent) => unknown) | undefined
}

/** Why a run is told to stop; the `reason` of its abort signal. */
export class StopRequest extends Error {
  override readonly name = 'StopRequest'
  readonly kind: StopKind

  constructor(kind: StopKind, message: string) {
    super(message)
    this.kind = kind
  }
}
/** 'interrupted': signal or --max-duration; 'requested', 'replaced': CANCELLED; 'lease-lost': nothing can be recorded. */
export type StopKind = 'interrupted' | 'requested' | 'replaced' | 'lease-lost'

export interface AttemptRequest {
  job: Job
  context: Omit<JobContext, 'signal' | 'log' | 'progress'>
  /** Aborted with a StopRequest as its reason when the run is to stop. */
  stop: AbortSignal
  /** How long a job that was told to stop, or timed out, may still take before it is left behind (inline) or killed. */
  graceMs: number
  /** Aborted when not even the grace is waited for any more. */
  hurry?: AbortSignal
  onProgress(fraction: number, note: string | null): void
  /** Run in its own process whatever the job says (attempts after a crash). */
  forceProcess: boolean
  /** The config file, loaded again by a job's own process. */
  configFile: string
  /** Measures the attempt and its timeout; absent: the host's. */
  clock?: Clock
}

/** How one attempt ended. A value: attempts never throw. */
export interface AttemptOutcome {
  status: 'COMPLETED' | 'FAILED' | 'TIMED_OUT' | 'INTERRUPTED' | 'CANCELLED'
  reason: RunReason | null
  /** JSON, at most 64 KiB; larger: `{ truncated: true, bytes, head }`. */
  output: JsonValue
  error: string | null
  /** The last 64 KiB of log lines, stdout and stderr. */
  log: string | null
  durationMs: number
}
