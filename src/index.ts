import type { PassReport } from './pass/report.js'
import type { RunPassOptions } from './program/run-pass.js'

export { commandJob, defineConfig, defineJob, httpJob } from './config/definitions.js'
export type {
  AnyJobOptions,
  CommandJobOptions,
  ConfigOptions,
  Duration,
  HttpJobOptions,
  Instant,
  JobOptions,
  LoadedJob,
  RetentionOptions,
  RetryOptions,
  ScheduleOptions,
} from './config/definitions.js'
export type { JobContext, JobLog } from './domain/job.js'
export type { JsonValue } from './domain/json.js'
export type { HookEvent, Hooks } from './jobs/job.js'
export type { PassReport } from './pass/report.js'
export type { RunPassOptions } from './program/run-pass.js'

/** Makes one pass, as the command does, in this process; what it needs is loaded when it is called. */
export async function runPass(options?: RunPassOptions): Promise<PassReport> {
  const pass = await import('./program/run-pass.js')
  return pass.runPass(options)
}
