import { messageOf, ScheduleError } from '../errors.js'
import { callHook } from '../jobs/call-hook.js'
import { selectJobs } from '../jobs/select-jobs.js'
import type { Found } from './look.js'
import { AHEAD_MS } from './look.js'
import type { DecisionRules } from './decide.js'
import { createExecutor, type Executor } from './execute.js'
import { endPause } from './global-pause.js'
import { createHeartbeat } from './heartbeat.js'
import { createPace } from './pace.js'
import type { PassContext } from './pass-context.js'
import { createRecorder } from './recorder.js'
import { runGroup } from './run-group.js'
import type { PassRuntime } from './runtime.js'
import { createTally } from './tally.js'

/** A pass with its row, lease and machinery; the steps share it. */
export interface OpenPass {
  context: PassContext
  runtime: PassRuntime
  executor: Executor
  startedAt: Date
  rules: Omit<DecisionRules, 'passId' | 'until' | 'limit'>
  /** Slots at or before this instant are due; a re-check moves it. */
  until: Date
  /** Schedules to look at again because runs of theirs have ended. */
  again: Set<string>
  /** Schedules whose open runs were told to make way for a newer slot. */
  replacing: Set<string>
  /** Until when, on the monotonic clock, their runs are waited for. */
  makeWayUntilMs: Map<string, number>
  /** Reserved runs to give back when the pass ends. */
  unstarted: Set<string>
  /** Hooks that were called and have not answered yet. */
  hooks: Promise<void>[]
  /** What waited for another pass has been looked at once more. */
  lookedAgain: boolean
  /** Resolves when the lease is known to be lost. */
  lost: Promise<'lost'>
  /** Stops the pass because something threw. */
  fail(error: unknown): void
}

export async function openPass(context: PassContext, found: Found): Promise<OpenPass> {
  const { store, config, clock, settings, environment, stopper, observer } = context
  const { kind, host, pid, version } = settings
  const { pause, writeOffs } = await endPause(context, found)
  const rules = rulesOf(context, pause)
  const grantedAtMs = clock.monotonicMs()
  const row = await store.openPass({ kind, host, pid, version, configName: config.name }, environment.leaseMs)
  const lost = (): void => stopper.stop({ kind: 'lease-lost' })
  const heartbeat = (context.createHeartbeat ?? createHeartbeat)(
    {
      databaseUrl: environment.databaseUrl,
      passId: row.id,
      leaseMs: environment.leaseMs,
      grantedAtMs,
      endsAtMs: endsAtMs(settings),
      places: settings.concurrency,
      jobs: config.jobs,
      clock,
    },
    {
      lost,
      cancel: (runId, reason) => stopper.stopRun(runId, reason === 'replaced' ? 'replaced' : 'requested'),
      trouble: (message) => observer.warning(message),
    },
  )
  const tally = createTally()
  tally.wroteOff([...found.writeOffs, ...writeOffs])
  const pace = createPace(settings.concurrency, clock)
  const gone = whenAborted(stopper.lost)
  const recorder = createRecorder(store, row.id, clock, {
    flushed: (ms) => pace.flushed(ms),
    lost,
    gone,
    paused: (scheduleIds) => tally.paused(scheduleIds),
  })
  const unstarted = new Set<string>()
  const conditions = new Map(config.schedules.map((each) => [each.definition.id, each.when]))
  const again = new Set<string>()
  const fail = (error: unknown): void => stopper.stop({ kind: 'failed', error })
  const runtime: PassRuntime = {
    passId: row.id,
    store,
    clock,
    recorder,
    heartbeat,
    stopper,
    tally,
    observer,
    databaseClock: found.clock,
    graceMs: environment.shutdownGraceMs,
    configFile: config.file === '' ? null : config.file,
    jobOf: (name) => config.jobs.get(name) ?? null,
    conditionOf: (id) => conditions.get(id) ?? null,
    mayStart: () => stopper.reason() === null && heartbeat.holds(),
    patienceMs: () => patienceMs(context),
    callHook(name, job, event) {
      const hooks = { config: config.hooks, job: job?.hooks ?? {} }
      // The thread must beat before a hook can block this one.
      if ((hooks.config[name] ?? hooks.job[name]) !== undefined) heartbeat.start()
      return callHook(name, event, hooks, { warn: (message) => observer.warning(message) }, clock, stopper.hurried)
    },
    giveBack: (runId) => void unstarted.add(runId),
  }
  const executor = createExecutor({
    concurrency: settings.concurrency,
    groupConcurrency: config.groupConcurrency,
    pace,
    jobGroupOf: (name) => config.jobs.get(name)?.group ?? null,
    onMore: (scheduleId) => void again.add(scheduleId),
    runGroup: async (group, enter) => {
      try {
        await runGroup(runtime, group, enter)
      } catch (error) {
        fail(error)
      }
    },
  })
  return {
    context,
    lost: gone,
    runtime,
    executor,
    again,
    unstarted,
    fail,
    replacing: new Set(),
    makeWayUntilMs: new Map(),
    hooks: [],
    lookedAgain: false,
    startedAt: row.startedAt,
    until: new Date(found.check.now.getTime() + AHEAD_MS),
    rules,
  }
}

function whenAborted(signal: AbortSignal): Promise<'lost'> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('lost'), { once: true }))
}

/** What does not change while a pass lasts; the dry run decides by the same. */
export function rulesOf(
  { config, environment }: Pick<PassContext, 'config' | 'environment'>,
  globalPause: DecisionRules['globalPause'],
): OpenPass['rules'] {
  return {
    globalPause,
    configName: config.name,
    pollIntervalMs: environment.pollIntervalMs,
    environmentName: environment.name,
    hasJob: (name) => config.jobs.has(name),
    maxAttempts: (name) => config.jobs.get(name)?.retry.attempts ?? 1,
    selectJobs: (schedule) => {
      const { jobNames, missingJobs, missingGroup } = selectJobs(schedule, config.jobs)
      return { names: jobNames, missing: missingGroup === null ? missingJobs : [`of group ${missingGroup}`] }
    },
  }
}

/** When the process must have ended, `--max-duration` after its start; null: whenever it is done. */
function endsAtMs({ startedAtMs, maxDurationMs }: PassContext['settings']): number | null {
  return maxDurationMs === null ? null : startedAtMs + maxDurationMs
}

/** How long this pass may still go on, in milliseconds; 0 when it is stopping. */
function patienceMs({ settings, environment, clock, stopper }: PassContext): number {
  if (stopper.reason() !== null) return 0
  if (settings.maxDurationMs === null) return Number.POSITIVE_INFINITY
  const endsAtMs = settings.startedAtMs + settings.maxDurationMs - environment.shutdownGraceMs - 2000
  return Math.max(0, endsAtMs - clock.monotonicMs())
}

/** What stopped the pass, as an error for the caller; null when nothing is wrong. */
export function stopError(open: OpenPass): ScheduleError | null {
  const reason = open.context.stopper.reason()
  if (reason?.kind === 'lease-lost') {
    return new ScheduleError(
      'LEASE_LOST',
      `pass ${open.runtime.passId} lost its lease: what it was running goes on in the next pass`,
    )
  }
  if (reason?.kind !== 'failed') return null
  if (reason.error instanceof ScheduleError) return reason.error
  return new ScheduleError('DATABASE_FAILED', `pass ${open.runtime.passId} failed: ${messageOf(reason.error)}`, {
    cause: reason.error,
  })
}
