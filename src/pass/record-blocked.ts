import { systemClock } from '../clock.js'
import type { RunHead } from '../domain/run.js'
import { settledSlot } from '../ledger/settlement.js'
import type { RunFinish, Store } from '../store/store.js'
import type { HeartbeatData } from './heartbeat-messages.js'
import { nextStep } from './outcome.js'
import type { WatchedRun } from './watch-table.js'

/** As a shell shows it: what blocks the main thread leaves no other way to end the process. */
const EXIT_CODE_OF_SIGKILL = 137

/** What a run is to the block that ends its process: any may be the cause when none is past its timeout. */
type Part = 'late' | 'suspect' | 'beside'

/** Records in the name of a main thread that is blocked what becomes of its runs, and closes its pass. */
export async function recordBlocked(
  store: Store,
  data: Pick<HeartbeatData, 'passId' | 'jobs'>,
  watched: readonly WatchedRun[],
  overdue: readonly WatchedRun[],
): Promise<void> {
  const late = new Set(overdue.map((run) => run.runId))
  const partOf = ({ runId }: WatchedRun): Part => (late.size === 0 ? 'suspect' : late.has(runId) ? 'late' : 'beside')
  const heads = await store.readRuns(watched.map((run) => run.runId))
  const finishes = watched.flatMap((run) => {
    const head = heads.find((each) => each.id === run.runId)
    return head === undefined ? [] : finishFor(data, run, head, partOf(run))
  })
  const slots = heads.flatMap((run) => settledSlot(run) ?? [])
  await store.record(data.passId, { starts: [], finishes, skips: [], settlements: [], slots, progress: [] })
  await store.closePass(data.passId, 'INTERRUPTED', {
    due: 0,
    executed: watched.length,
    failed: overdue.length,
    skipped: 0,
    deferred: 0,
    exitCode: EXIT_CODE_OF_SIGKILL,
  })
}

function finishFor(
  { jobs, passId }: Pick<HeartbeatData, 'passId' | 'jobs'>,
  { startedAtMs, begunAtMs }: WatchedRun,
  run: RunHead,
  part: Part,
): RunFinish[] {
  const job = jobs.get(run.jobName)
  if (job === undefined) return []
  const durationMs = Math.round(systemClock.monotonicMs() - begunAtMs)
  const blocked = { output: null, log: null, durationMs }
  const { finish } = nextStep({
    run,
    job,
    attempt: run.attempt,
    outcome:
      part === 'late'
        ? {
            ...blocked,
            status: 'TIMED_OUT',
            reason: null,
            error: `timed out after ${job.timeoutMs} ms and blocked the event loop`,
          }
        : {
            ...blocked,
            status: 'INTERRUPTED',
            reason: 'interrupted',
            error: 'a job of the same pass blocked the event loop',
          },
    startedAt: new Date(startedAtMs),
    finishedAt: new Date(startedAtMs + durationMs),
    passId,
    patienceMs: 0,
    endsProcess: part !== 'beside',
  })
  return [finish]
}
