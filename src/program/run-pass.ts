import { hostname } from 'node:os'
import { systemClock, type Clock } from '../clock.js'
import type { Duration } from '../config/definitions.js'
import { checkCalendar } from '../config/check-calendar.js'
import type { JsonValue } from '../domain/json.js'
import type { Schedule } from '../domain/schedule.js'
import { parseDuration } from '../durations.js'
import { ScheduleError } from '../errors.js'
import type { DryContext } from '../pass/foresee.js'
import { pass } from '../pass/pass.js'
import { silentObserver, type PassContext, type PassObserver } from '../pass/pass-context.js'
import { noCounts, type DryRunReport, type PassReport } from '../pass/report.js'
import { createStopper, type PassStopper } from '../pass/stop.js'
import { armTimers } from './arm-timers.js'
import { checkOptions } from './check-options.js'
import { prepareWithConfig, type Prepared } from './prepare.js'
import { refuseBadCalendar, refuseQueue, refuseUnknown } from './refusals.js'
import { openStore } from '../store/open-store.js'
import type { AdminStore, Store } from '../store/store.js'
import { VERSION } from '../version.js'

/** Options of a pass made from code; the command line has the same. */
export interface RunPassOptions {
  /** Path of the config file; absent: SCHEDULES_CONFIG, else schedules.config.* in `cwd`. */
  config?: string
  cwd?: string
  /** Environment variables; absent: those of the process. */
  variables?: Record<string, string | undefined>
  /** Only these schedules. */
  schedules?: readonly string[]
  /** Runs at once. */
  concurrency?: number
  /** The pass has ended by then. */
  maxDuration?: Duration
  /** What makes `exitCode` 1; default: failed runs. */
  failOn?: readonly ('failed' | 'deferred')[]
  /** Stops the pass as SIGTERM would. */
  signal?: AbortSignal
}

/** What the command line adds. */
export interface PassWiring {
  observer?: PassObserver
  stopper?: PassStopper
  clock?: Clock
  /** Told what the pass is about to use. */
  onPrepared?(prepared: Prepared): void
}

/**
 * Makes one pass: check, lock, execute, record. Job failures are part of the report; throws ScheduleError when the
 * configuration is wrong (exit code 2) or the database is lost (3).
 */
export async function runPass(options: RunPassOptions = {}, wiring: PassWiring = {}): Promise<PassReport> {
  const startedAtMs = (wiring.clock ?? systemClock).monotonicMs()
  checkOptions(options)
  const prepared = await prepareWithConfig(requestOf(options))
  wiring.onPrepared?.(prepared)
  if (!prepared.environment.enabled) return switchedOff(wiring.clock ?? systemClock)
  refuseQueue(prepared)
  return await withContext(options, wiring, prepared, startedAtMs, (context) => pass(context))
}

/** The plan of a pass: the same decisions, nothing written. */
export async function planPass(options: RunPassOptions = {}, wiring: PassWiring = {}): Promise<DryRunReport> {
  const clock = wiring.clock ?? systemClock
  const prepared = await prepareWithConfig({ ...requestOf(options), readsOnly: true })
  wiring.onPrepared?.(prepared)
  refuseQueue(prepared)
  const { dryRun } = await import('../pass/dry-run.js')
  const store = await openExisting(prepared)
  const context = contextOf(options, wiring, prepared, clock.monotonicMs())
  try {
    await refuseUnknown(context.settings.scheduleIds, prepared, store)
    return await dryRun(context, store)
  } finally {
    await store?.close()
  }
}

/** Runs a schedule's jobs, or one of them, at once in this process; no slot is consumed. */
export async function runNow(options: RunNowOptions, wiring: PassWiring = {}): Promise<PassReport> {
  const startedAtMs = (wiring.clock ?? systemClock).monotonicMs()
  const prepared = await prepareWithConfig(requestOf(options))
  wiring.onPrepared?.(prepared)
  refuseQueue(prepared)
  const { scheduleId, job, params, actor } = options
  const [{ runManually }, { checkParams }, { findSchedule }, { resolveJobs }] = await Promise.all([
    import('../pass/run-manually.js'),
    import('../commands/check-params.js'),
    import('../commands/find-schedules.js'),
    import('../commands/resolve-jobs.js'),
  ])
  checkParams(params)
  const resolve = async (store: AdminStore): Promise<{ schedule: Schedule; jobNames: string[] }> => {
    const schedule = await findSchedule(store, scheduleId)
    return { schedule, jobNames: resolveJobs(schedule, await store.readJobs(), job ?? null) }
  }
  return await withContext(options, wiring, prepared, startedAtMs, (context) =>
    runManually({ ...context, settings: { ...context.settings, kind: 'MANUAL' } }, { resolve, params, actor }),
  )
}

export interface RunNowOptions extends RunPassOptions {
  scheduleId: string
  /** Only this job of the schedule. */
  job?: string | undefined
  /** Undefined: the schedule's own. */
  params?: JsonValue | undefined
  /** Who asks, as audit events name them. */
  actor: string
}

async function withContext<T>(
  options: RunPassOptions,
  wiring: PassWiring,
  prepared: Prepared,
  startedAtMs: number,
  work: (context: PassContext) => Promise<T>,
): Promise<T> {
  const store = await openOrExplain(prepared)
  const resumeAll: PassContext['resumeAll'] = async (over) => {
    const commands = await import('../commands/resume.js')
    return await commands.resumeAll(store, { actor: 'pass', over })
  }
  const context = { ...contextOf(options, wiring, prepared, startedAtMs), store, resumeAll }
  const disarm = armTimers(options, context)
  try {
    await refuseUnknown(context.settings.scheduleIds, prepared, store)
    return await work(context)
  } finally {
    disarm()
    // Without its lease a pass may be waiting for a database that does not answer.
    const closed = store.close()
    if (!context.stopper.lost.aborted) await closed
    else closed.catch(() => undefined)
  }
}

function requestOf(options: RunPassOptions): Parameters<typeof prepareWithConfig>[0] {
  return { cwd: options.cwd ?? process.cwd(), variables: options.variables ?? process.env, configFile: options.config }
}

function contextOf(
  options: RunPassOptions,
  wiring: PassWiring,
  { environment, config }: Prepared,
  startedAtMs: number,
): DryContext {
  return {
    config,
    environment,
    clock: wiring.clock ?? systemClock,
    stopper: wiring.stopper ?? createStopper(),
    observer: wiring.observer ?? silentObserver,
    checkCalendar: () => checkCalendar(config),
    settings: {
      kind: 'PASS',
      host: hostname(),
      pid: process.pid,
      version: VERSION,
      scheduleIds: options.schedules === undefined || options.schedules.length === 0 ? null : options.schedules,
      concurrency: options.concurrency ?? config.concurrency ?? environment.concurrency ?? 4,
      maxDurationMs: options.maxDuration === undefined ? null : parseDuration(options.maxDuration),
      failOn: new Set(options.failOn ?? ['failed']),
      startedAtMs,
    },
  }
}

/** Errors of the config win over those of the database: they are what a person can mend first. */
async function openOrExplain({ environment, config }: Prepared): Promise<Store> {
  try {
    return await openStore({ databaseUrl: environment.databaseUrl, urgency: 'background' })
  } catch (error) {
    await refuseBadCalendar(config)
    throw error
  }
}

/** Null where there is no database yet: a dry run creates none. */
async function openExisting({ environment, config }: Prepared): Promise<Store | null> {
  try {
    return await openStore({ databaseUrl: environment.databaseUrl, readOnly: true })
  } catch (error) {
    await refuseBadCalendar(config)
    const isAbsent = error instanceof ScheduleError && error.code === 'DATABASE_NOT_MIGRATED'
    if (isAbsent && environment.databaseUrl.startsWith('file:')) return null
    throw error
  }
}

function switchedOff(clock: Clock): PassReport {
  const now = clock.now().toISOString()
  return {
    pass: { id: null, startedAt: now, finishedAt: now, durationMs: 0, host: hostname(), dryRun: false },
    counts: noCounts(),
    runs: [],
    next: null,
    notes: ['switched off by SCHEDULE_DAEMON_ENABLED=false: nothing was checked and nothing ran'],
    error: null,
    exitCode: 0,
  }
}
