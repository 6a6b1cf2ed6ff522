import type { Clock } from '../clock.js'
import type { RunHead } from '../domain/run.js'
import type { HookEvent, Hooks, Job } from '../jobs/job.js'
import type { Store } from '../store/store.js'
import type { DatabaseClock } from './database-clock.js'
import type { Heartbeat } from './heartbeat.js'
import type { PassObserver } from './pass-context.js'
import type { Recorder } from './recorder.js'
import type { PassStopper } from './stop.js'
import type { RunEnd, Tally } from './tally.js'

/** What executing runs needs of an open pass. */
export interface PassRuntime {
  passId: number
  store: Store
  clock: Clock
  databaseClock: DatabaseClock
  recorder: Recorder
  heartbeat: Heartbeat
  stopper: PassStopper
  tally: Tally
  observer: PassObserver
  graceMs: number
  /** Null: the config is not in a file, so no other process can load it. */
  configFile: string | null
  jobOf(jobName: string): Job | null
  conditionOf(scheduleId: string): ((slot: { scheduledFor: Date; params: RunHead['params'] }) => unknown) | null
  /** False once the pass is stopping or its lease may be gone. */
  mayStart(): boolean
  /** How long the pass can still wait, in milliseconds. */
  patienceMs(): number
  callHook(name: keyof Hooks, job: Job | null, event: HookEvent): Promise<void>
  /** Reserved runs that were not started: given back when the pass ends. */
  giveBack(runId: string): void
}

export function hookEvent(run: RunHead, end: RunEnd): HookEvent {
  return {
    runId: run.id,
    scheduleId: run.scheduleId,
    jobName: run.jobName,
    scheduledFor: run.scheduledFor ?? run.createdAt,
    trigger: run.trigger,
    ...end,
  }
}
