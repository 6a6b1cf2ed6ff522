import type { RunReason } from '../domain/run.js'
import type { Job } from '../jobs/job.js'

/** What the heartbeat thread is started with. */
export interface HeartbeatData {
  databaseUrl: string
  passId: number
  leaseMs: number
  /** One Float64: the monotonic instant up to which the lease certainly holds. Written by the thread, read by both. */
  holdsUntilMs: SharedArrayBuffer
  /** Monotonic instant by which the process must have ended (`--max-duration`); null: none. */
  endsAtMs: number | null
  /** Shut before the thread is ended. */
  gate: SharedArrayBuffer
  /** Process groups of the jobs' commands, killed with a process that no longer answers. */
  processGroups: Int32Array
  /** The runs whose handlers are under way (watch-table.ts). */
  watched: SharedArrayBuffer
  /** Enough of the config to record a run in the name of a main thread that no longer answers. */
  jobs: ReadonlyMap<string, WatchedJob>
}

export type WatchedJob = Pick<Job, 'retry' | 'onCrash' | 'crashRetries' | 'timeoutMs'>

/** Main thread → heartbeat thread. */
export type ToHeartbeat = { kind: 'here' } | { kind: 'stop' }

/** Heartbeat thread → main thread. */
export type FromHeartbeat =
  /** Asks for `here`, which a blocked thread does not answer. */
  | { kind: 'there?' }
  | { kind: 'lost' }
  | { kind: 'cancel'; runs: { runId: string; reason: RunReason }[] }
  | { kind: 'trouble'; message: string }

/** The part of a lease that its holder relies on (River's idea: less than the database grants). */
export const TRUSTED_SHARE = 0.8
/** Beyond the trusted part nothing is started; until this one a renewal may still arrive, then jobs are told to stop. */
export const LAST_SHARE = 0.95
/** Of a lease between two heartbeats: a little under a third, so that whoever watches has seen one within a third. */
export const BEAT_SHARE = 0.3
