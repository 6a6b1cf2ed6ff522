import type { JsonValue } from '../domain/json.js'
import type { ScheduleDefinition } from '../domain/schedule.js'
import type { Hooks, Job } from '../jobs/job.js'

/** A config file, checked and with every default filled in. Durations in milliseconds. */
export interface Config {
  name: string
  /** Absolute path of the file. */
  file: string
  /** Runs at once in a pass; null: the environment's CONCURRENCY, else 4. */
  concurrency: number | null
  /** By job group, within a pass. */
  groupConcurrency: ReadonlyMap<string, number>
  retention: { runs: number | null; runsOlderThanMs: number | null; passesOlderThanMs: number | null }
  /** In declared order. */
  jobs: ReadonlyMap<string, Job>
  schedules: readonly ConfiguredSchedule[]
  hooks: Hooks
}

export interface ConfiguredSchedule {
  definition: ScheduleDefinition
  /** SHA-256 of the definition; equal hashes need no write. */
  hash: string
  /** Called once per planned slot; false: the slot is SKIPPED (condition). */
  when: ((slot: { scheduledFor: Date; params: JsonValue }) => unknown) | null
}
