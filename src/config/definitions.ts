import type { Isolation, JobContext, OnCrash } from '../domain/job.js'
import type { JsonValue } from '../domain/json.js'
import type { CatchUp, ExecutionMode, Overlap } from '../domain/schedule.js'
import type { Hooks } from '../jobs/job.js'

/** `'90s'`, `'10m'`, `'1h30m'`, `'2d'`, or a number of milliseconds. */
export type Duration = string | number

/** A `Date`, or an ISO 8601 instant with its offset: `'2026-12-01T00:00:00Z'`. */
export type Instant = Date | string

/** When a failed attempt is tried again. Without it a run has one attempt. */
export interface RetryOptions {
  /** All attempts, the first included: 1 to 100. */
  attempts: number
  /** Before the second attempt; default `'30s'`. */
  delay?: Duration | undefined
  /** How the delay grows; default `'exponential'` (doubles each time). */
  backoff?: 'fixed' | 'linear' | 'exponential' | undefined
  /** No delay is longer; default `'10m'`, or `delay` where that is more. */
  maxDelay?: Duration | undefined
}

/** What every kind of job takes; called hooks get a `HookEvent`. */
export interface CommonJobOptions extends Hooks {
  /** Unique in the config: letters, digits and `. _ : / -`, at most 128. */
  name: string
  /** What `jobGroup` of a schedule and `groupConcurrency` refer to. */
  group?: string | undefined
  description?: string | undefined
  /** Of one attempt; default `'30m'`, at most `'24d'`. */
  timeout?: Duration | undefined
  retry?: RetryOptions | undefined
  /** After its process died: `'retry'` (default, at least once) or `'skip'` (at most once). */
  onCrash?: OnCrash | undefined
  /** Further attempts after crashes, whatever `retry` says; default 3. */
  crashRetries?: number | undefined
}

type RunJob<Params> = (context: JobContext<Params>) => unknown

/** What a module named by `load` may export: the function itself, as `default` (of a CommonJS package: its own) or as `run`. */
export type LoadedJob<Params = JsonValue> =
  RunJob<Params> | { default: RunJob<Params> | { default: RunJob<Params> } } | { run: RunJob<Params> }

/** A job that is a function: either `run`, or `load` for one whose module is imported at its first attempt only. */
export type JobOptions<Params = JsonValue> = CommonJobOptions & {
  /** `'inline'` (default), or `'process'`: a process of its own, which can be killed and capped. */
  isolation?: Isolation | undefined
  /** Memory cap in MiB of a job with `isolation: 'process'`. */
  memoryLimitMb?: number | undefined
} & (
    | { run: RunJob<Params>; load?: undefined }
    | { load: () => LoadedJob<Params> | Promise<LoadedJob<Params>>; run?: undefined }
  )

/** A job that is a program, started without a shell. */
export interface CommandJobOptions extends CommonJobOptions {
  /** A program on PATH, or a path. */
  command: string
  args?: readonly string[] | undefined
  /** Relative to the config file's folder, which is the default. */
  cwd?: string | undefined
  /** Beside the variables that the pass itself has. */
  env?: Readonly<Record<string, string>> | undefined
  stdin?: string | undefined
  /** Default `[0]`. */
  successExitCodes?: readonly number[] | undefined
}

/** A job that is an HTTP request. */
export interface HttpJobOptions extends CommonJobOptions {
  request: {
    /** `http:` or `https:`, without a user name or password. */
    url: string
    /** Default `'GET'`. */
    method?: string | undefined
    headers?: Readonly<Record<string, string>> | undefined
    /** Text as it is, anything else as JSON; a POST without one sends the job's context. */
    body?: JsonValue | undefined
  }
  /** Statuses that count as success; default: any 2xx. */
  expectStatus?: number | readonly number[] | undefined
}

/** What may stand in `jobs`. */
export type AnyJobOptions = JobOptions | CommandJobOptions | HttpJobOptions

/** When which jobs run. */
export interface ScheduleOptions {
  /** Unique in the database: letters, digits and `. _ : / -`, at most 128. */
  id: string
  description?: string | undefined
  /** Five fields, or `@hourly`, `@daily` and the like. */
  cron: string
  /** An IANA zone; default `'UTC'`. */
  timezone?: string | undefined
  /** Default: `JOB_LIST` with `jobs`, `JOB_GROUP` with `jobGroup`, else `ALL_JOBS`. */
  executionMode?: ExecutionMode | undefined
  jobGroup?: string | undefined
  /** Names, in the order in which they run. */
  jobs?: readonly string[] | undefined
  /** Handed to the jobs as `context.params`. */
  params?: JsonValue | undefined
  /** Initial state only: afterwards `pause` and `resume` decide. Default true. */
  enabled?: boolean | undefined
  /** Higher runs first; default 0. */
  priority?: number | undefined
  /** Which missed slots run: `'latest'` (default), `'all'`, or `'skip'`: none outside the window. */
  catchUp?: CatchUp | undefined
  /** Slots older than this never run; default none, for `'skip'` twice the expected pass interval. */
  catchUpWindow?: Duration | undefined
  /** At most this many of the newest slots with `catchUp: 'all'`; default 100. */
  catchUpLimit?: number | undefined
  /** When a run of this schedule is still open: `'wait'` (default), `'skip'`, `'allow'` or `'replace'`. */
  overlap?: Overlap | undefined
  /** Delays the start inside the pass by up to this long, at most `'1d'`; the same for an id every time. */
  jitter?: Duration | undefined
  /** No slot before this instant. */
  startsAt?: Instant | undefined
  /** No slot after this instant. */
  endsAt?: Instant | undefined
  /** Called once per planned slot, for at most 10 s; false: the slot is SKIPPED (condition). */
  when?: ((slot: { scheduledFor: Date; params: JsonValue }) => unknown) | undefined
  /** Runs only where RUN_ENVIRONMENT (else NODE_ENV, else `development`) is one of these. */
  environments?: readonly string[] | undefined
  /** Jobs of a slot that may run at once; default 1: in declared order. */
  jobConcurrency?: number | undefined
  /** Pauses itself after this many failed slots in a row; default never. */
  pauseAfterFailures?: number | undefined
  /** A new schedule starts with its `'next'` slot (default) or `'immediately'`. */
  firstRun?: 'next' | 'immediately' | undefined
}

/** How much history is kept. */
export interface RetentionOptions {
  /** Ended runs per schedule and outcome; default 100, `null`: all. */
  runs?: number | null | undefined
  /** Runs that ended longer ago go even when fewer are left; default `null`: never. */
  age?: Duration | null | undefined
  /** Rows of passes; default `'30d'`, `null`: for ever. */
  passes?: Duration | null | undefined
}

/** A config file's default export. Its hooks are called for every job. */
export interface ConfigOptions extends Hooks {
  /** Configs that share a database have different names; default `'default'`. */
  name?: string | undefined
  /** Runs at once in a pass, 1 to 1000; default: CONCURRENCY, else 4. */
  concurrency?: number | undefined
  /** Runs at once of a job group, within a pass. */
  groupConcurrency?: Readonly<Record<string, number>> | undefined
  retention?: RetentionOptions | undefined
  jobs: readonly AnyJobOptions[]
  /** Default none: they may also be created at run time, through the client. */
  schedules?: readonly ScheduleOptions[] | undefined
}

/** Types the default export of a config file; it is checked when a command reads it. */
export function defineConfig(options: ConfigOptions): ConfigOptions {
  return options
}

/** A job that is a function. `Params` types `context.params`, which is not checked. */
export function defineJob<Params = JsonValue>(options: JobOptions<Params>): JobOptions {
  return options as JobOptions
}

/** A job that is a program, started without a shell. */
export function commandJob(options: CommandJobOptions): CommandJobOptions {
  return options
}

/** A job that is an HTTP request. */
export function httpJob(options: HttpJobOptions): HttpJobOptions {
  return options
}
