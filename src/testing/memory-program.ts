import type { Config } from '../config/config.js'
import type { Environment } from '../config/environment.js'
import type { JobContext } from '../domain/job.js'
import { ScheduleError } from '../errors.js'
import { dryRun } from '../pass/dry-run.js'
import { pass } from '../pass/pass.js'
import { silentObserver, type PassContext } from '../pass/pass-context.js'
import type { DryRunReport, PassReport } from '../pass/report.js'
import { createStopper } from '../pass/stop.js'
import { refuseUnknown } from '../program/refusals.js'
import type { Store } from '../store/store.js'
import { VERSION } from '../version.js'
import type { Activity } from './activity.js'
import { Life } from './life.js'
import { restingHeartbeat } from './resting-heartbeat.js'
import { configOfLife } from './test-config.js'
import type { VirtualTime } from './virtual-time.js'

/** What is left of the lease of a pass that crashed: as long as a lease is by default. */
const LEASE_AFTER_CRASH_MS = 60_000

interface World {
  store: Store
  time: VirtualTime
  activity: Activity
  environment: Environment
}

/** Called when a job's function is about to be. */
type OnCall = (jobName: string, context: JobContext) => Promise<void>

/** The program over a store in memory: its passes, dry runs and crashes, in this process. */
export class MemoryProgram {
  config: Config
  readonly #world: World

  constructor(config: Config, world: World) {
    this.config = config
    this.#world = world
  }

  async pass(scheduleIds: readonly string[] | null): Promise<PassReport> {
    await this.#refuseUnknown(scheduleIds)
    const life = this.#begin()
    return await pass(this.#contextOf(life, scheduleIds, () => Promise.resolve()))
  }

  async plan(scheduleIds: readonly string[] | null): Promise<DryRunReport> {
    await this.#refuseUnknown(scheduleIds)
    const life = this.#begin()
    const context = this.#contextOf(life, scheduleIds, () => Promise.resolve())
    return await dryRun(context, life.store)
  }

  /** Throws JOB_NOT_FOUND when the pass ended without starting that job. */
  async crash(jobName: string): Promise<void> {
    const { store } = this.#world
    const life = this.#begin()
    const ended = await new Promise<PassReport | null>((resolve, reject) => {
      const onCall: OnCall = async (name, { fence }) => {
        if (name !== jobName) return
        await store.renewLease(fence, LEASE_AFTER_CRASH_MS)
        life.die()
        resolve(null)
        await life.untilDeath(Promise.resolve())
      }
      pass(this.#contextOf(life, null, onCall)).then(resolve, reject)
    })
    if (ended === null) return
    throw new ScheduleError('JOB_NOT_FOUND', `the pass ended without starting the job ${jobName}`, {
      fix: 'set the clock to a time at which it is due',
    })
  }

  async #refuseUnknown(scheduleIds: readonly string[] | null): Promise<void> {
    const { environment, store } = this.#world
    await refuseUnknown(scheduleIds, { config: this.config, environment }, store)
  }

  #begin(): Life {
    const { store, time, activity } = this.#world
    return new Life(store, time, activity)
  }

  #contextOf(life: Life, scheduleIds: readonly string[] | null, onCall: OnCall): PassContext {
    const { time, environment } = this.#world
    return {
      config: configOfLife(this.config, life, onCall),
      environment,
      store: life.store,
      clock: life.clock,
      stopper: createStopper(),
      observer: silentObserver,
      // It was checked when it was read.
      checkCalendar: () => Promise.resolve([]),
      resumeAll: async (over) => {
        const { resumeAll } = await life.during(() => import('../commands/resume.js'))
        return await resumeAll(life.store, { actor: 'pass', over })
      },
      settings: {
        kind: 'PASS',
        host: 'test',
        pid: process.pid,
        version: VERSION,
        scheduleIds,
        concurrency: this.config.concurrency ?? 4,
        maxDurationMs: null,
        failOn: new Set(['failed']),
        startedAtMs: time.monotonicMs(),
      },
      createHeartbeat: restingHeartbeat(life, time),
    }
  }
}
