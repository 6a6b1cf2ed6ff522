import type { JobContext } from '../domain/job.js'
import type { RunHead } from '../domain/run.js'
import { failpoint } from '../failpoints.js'
import type { AttemptOutcome, Job } from '../jobs/job.js'
import { hookEvent, type PassRuntime } from './runtime.js'
import { hasEndedItsProcess, nextStep, notBegun, type AttemptEnd, type NextStep } from './outcome.js'

/** One attempt, cut in two so that the executor decides when each part happens. */
export interface RunAttempt {
  /** At most once: marked RUNNING only when its place is free, never ahead. */
  startsInPlace: boolean
  /** Marks the run RUNNING; false: it must not be started. */
  start(): Promise<boolean>
  /** Runs the handler. Never rejects. */
  handle(): Promise<void>
  /** What became of it; null: it was not started. */
  end(): AttemptResult | null
}

export interface AttemptResult {
  step: NextStep
  outcome: AttemptOutcome
  startedAt: Date
}

export function prepareAttempt(runtime: PassRuntime, run: RunHead, job: Job): RunAttempt {
  const number = run.attempt + 1
  let result: AttemptResult | null = null
  return {
    startsInPlace: job.onCrash === 'skip',
    async start() {
      if (!runtime.mayStart()) return false
      FAILPOINT: await failpoint('attempt.starting')
      return await runtime.recorder.start({ runId: run.id, attempt: number, maxAttempts: job.retry.attempts })
    },
    async handle() {
      FAILPOINT: await failpoint('attempt.started')
      const startedAt = runtime.databaseClock.now()
      const begins = runtime.mayStart()
      const outcome = begins ? await handle(runtime, run, job, number, startedAt) : STOPPED_BEFORE
      const end = endOf(runtime, run, job, number, startedAt, outcome)
      result = { step: begins ? nextStep(end) : notBegun(end), outcome, startedAt }
      FAILPOINT: await failpoint('attempt.handled')
    },
    end: () => result,
  }
}

async function handle(
  runtime: PassRuntime,
  run: RunHead,
  job: Job,
  attempt: number,
  startedAt: Date,
): Promise<AttemptOutcome> {
  const { runAttempt } = await import('../jobs/run-attempt.js')
  const stop = runtime.stopper.watchRun(run.id)
  const begunAtMs = runtime.clock.monotonicMs()
  const context = contextOf(run, attempt, runtime.passId)
  const watchFor = (ms: number): void =>
    runtime.heartbeat.watch({
      runId: run.id,
      name: `${run.scheduleId}/${run.jobName}`,
      startedAtMs: startedAt.getTime(),
      begunAtMs,
      overdueAtMs: runtime.clock.monotonicMs() + ms + job.timeoutMs + runtime.graceMs + MAIN_THREAD_SLACK_MS,
    })
  watchFor(LONGEST_ON_START_MS)
  runtime.tally.started(run.id)
  runtime.observer.runStarted({ ...context, scheduledFor: run.scheduledFor })
  try {
    await runtime.callHook(
      'onStart',
      job,
      hookEvent(run, { status: 'RUNNING', attempt, durationMs: null, error: null, reason: null }),
    )
    // Its timeout counts from here.
    watchFor(0)
    return await runAttempt({
      job,
      context,
      stop,
      graceMs: runtime.graceMs,
      hurry: runtime.stopper.hurried,
      onProgress: (fraction, note) => {
        runtime.recorder.progress(run.id, fraction, note)
        runtime.observer.runProgress(run.id, fraction, note)
      },
      forceProcess: hasEndedItsProcess(run) && runtime.configFile !== null,
      configFile: runtime.configFile ?? '',
      clock: runtime.clock,
    })
  } finally {
    runtime.heartbeat.unwatch(run.id)
    runtime.stopper.unwatchRun(run.id)
  }
}

/** A main thread this much behind its own timeout is blocked. */
const MAIN_THREAD_SLACK_MS = 3000
/** The config's and the job's. */
const LONGEST_ON_START_MS = 20_000

function contextOf(run: RunHead, attempt: number, fence: number): Omit<JobContext, 'signal' | 'log' | 'progress'> {
  return {
    runId: run.id,
    scheduleId: run.scheduleId,
    jobName: run.jobName,
    scheduledFor: run.scheduledFor ?? run.createdAt,
    trigger: run.trigger,
    attempt,
    fence,
    idempotencyKey:
      run.scheduledFor === null ? run.id : `${run.scheduleId}/${run.jobName}@${run.scheduledFor.toISOString()}`,
    params: run.params,
  }
}

function endOf(
  runtime: PassRuntime,
  run: RunHead,
  job: Job,
  attempt: number,
  startedAt: Date,
  outcome: AttemptOutcome,
): AttemptEnd {
  const finishedAt = new Date(startedAt.getTime() + outcome.durationMs)
  const { passId } = runtime
  return { run, job, attempt, outcome, startedAt, finishedAt, passId, patienceMs: runtime.patienceMs() }
}

const STOPPED_BEFORE: AttemptOutcome = {
  status: 'INTERRUPTED',
  reason: 'interrupted',
  output: null,
  error: 'stopped before it began',
  log: null,
  durationMs: 0,
}
