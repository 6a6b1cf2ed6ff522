import { EXIT, type ScheduleError } from '../errors.js'
import { failpoint } from '../failpoints.js'
import { pauseNotes } from './global-pause.js'
import { look, nextOf, type Found } from './look.js'
import { stopError, type OpenPass } from './open-pass.js'
import type { FailOn, PassCounts, PassReport } from './report.js'

/** Schedules, by one pass. */
const MOST_PRUNED = 1000
const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Waits for what still runs, gives back what never started, closes the row and makes the report. */
export async function closePass(open: OpenPass): Promise<PassReport> {
  const { runtime, executor, context } = open
  while (!executor.isIdle()) await executor.change()
  await Promise.all(open.hooks)
  FAILPOINT: await failpoint('pass.closing')
  const closedWith = stopError(open) === null ? await wrapUp(open).catch(open.fail) : undefined
  await runtime.heartbeat.stop()
  FAILPOINT: await failpoint('pass.closed')
  const error = stopError(open)
  const closed = error === null ? await look(context).catch(() => null) : null
  return reportOf(open, error, closedWith ?? exitCodeOf(open), closed)
}

/** Answers the exit code that stands in the pass's row: a signal that comes later changes neither. */
async function wrapUp(open: OpenPass): Promise<number> {
  const { runtime, context } = open
  if (open.unstarted.size > 0) await giveBack(open)
  runtime.tally.finish()
  // A beat that meets the closed row would take the lease for lost.
  await runtime.heartbeat.stop()
  const { counts } = runtime.tally
  const status = runtime.stopper.reason() === null ? 'FINISHED' : 'INTERRUPTED'
  const failed = counts.failed + counts.timedOut + endedAbandoned(open)
  const { due, executed, skipped, deferred } = counts
  const exitCode = exitCodeOf(open)
  const figures = { due, executed, failed, skipped, deferred, exitCode }
  if (await runtime.store.closePass(runtime.passId, status, figures)) await pruneWhatGrew(open, context)
  else runtime.stopper.stop({ kind: 'lease-lost' })
  return exitCode
}

/** Reserved runs that were not started wait for the next pass; those that somebody asked to stop have ended. */
async function giveBack({ runtime, unstarted }: OpenPass): Promise<void> {
  const { store, passId, tally, observer } = runtime
  const released = await store.releaseRuns(passId, [...unstarted], 'interrupted')
  tally.paused(released.paused)
  const cancelled = await store.readRuns(released.cancelled)
  tally.deferred(unstarted.size - cancelled.length)
  for (const run of cancelled) {
    const { status, reason, attempt } = run
    observer.runEnded(tally.ended(run, { status, reason, attempt, error: null, durationMs: null }))
  }
}

/** History is bounded without anybody asking: schedules that have new rows now lose what retention no longer covers. */
async function pruneWhatGrew(open: OpenPass, { config, store }: OpenPass['context']): Promise<void> {
  const { recorded, runs: newRuns } = open.runtime.tally
  if (open.runtime.stopper.reason() !== null || recorded.size === 0) return
  const { runs, runsOlderThanMs, passesOlderThanMs } = config.retention
  try {
    await store.prune({
      keepRuns: runs,
      runsOlderThanMs,
      passesOlderThanMs,
      scheduleIds: someOf([...recorded]),
      // More than has come, so that what is left over grows less.
      limit: Math.max(1000, 2 * newRuns.length),
    })
  } catch (error) {
    open.runtime.observer.warning(`old history could not be pruned: ${String(error)}`)
  }
}

/** Of very many any part, so that each has its turn. */
function someOf(scheduleIds: readonly string[]): string[] {
  const start = Math.floor(Math.random() * scheduleIds.length)
  return [...scheduleIds.slice(start), ...scheduleIds.slice(0, start)].slice(0, MOST_PRUNED)
}

function endedAbandoned(open: OpenPass): number {
  return open.runtime.tally.runs.filter((run) => run.status === 'ABANDONED').length
}

function exitCodeOf(open: OpenPass): number {
  const { runtime, context } = open
  const reason = runtime.stopper.reason()
  if (reason?.kind === 'signal') return SIGNAL_EXIT[reason.signal]
  if (runtime.tally.missingJobs.size > 0) return EXIT.runFailed
  return isFailed(runtime.tally.counts, endedAbandoned(open), context.settings.failOn) ? EXIT.runFailed : EXIT.ok
}

function isFailed(counts: PassCounts, abandoned: number, failOn: FailOn): boolean {
  if (failOn.has('failed') && counts.failed + counts.timedOut + abandoned > 0) return true
  return failOn.has('deferred') && counts.deferred > 0
}

function reportOf(open: OpenPass, error: ScheduleError | null, exitCode: number, closed: Found | null): PassReport {
  const { runtime, context, startedAt } = open
  const { tally } = runtime
  const durationMs = Math.round(context.clock.monotonicMs() - context.settings.startedAtMs)
  const missing = [...tally.missingJobs].map((name) => `work was left for another config: this one has no job ${name}`)
  return {
    pass: {
      id: runtime.passId,
      startedAt: startedAt.toISOString(),
      finishedAt: runtime.databaseClock.now().toISOString(),
      durationMs,
      host: context.settings.host,
      dryRun: false,
    },
    counts: tally.counts,
    runs: tally.runs,
    next: closed === null ? null : nextOf(closed),
    notes: [...tally.notes, ...missing, ...(closed === null ? [] : pauseNotes(closed.check))],
    error: error === null ? null : { code: error.code, message: error.message, fix: error.fix },
    exitCode: error?.exitCode ?? exitCode,
  }
}
