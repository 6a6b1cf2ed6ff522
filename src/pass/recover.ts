import type { Attempt, RunHead } from '../domain/run.js'
import type { Config } from '../config/config.js'
import type { Job } from '../jobs/job.js'
import { isFailure, settledSlot } from '../ledger/settlement.js'
import type { OrphanVerdict, Store } from '../store/store.js'
import type { OpenPass } from './open-pass.js'
import { hookEvent } from './runtime.js'

const ORPHANS_AT_ONCE = 1000

/**
 * Buries passes whose lease has expired, then settles what they held: a run that was RUNNING gets an ABANDONED attempt
 * and goes on or ends, a reserved one simply waits again. Orphans are found by run, never through their schedule.
 */
export async function recover(open: OpenPass): Promise<void> {
  const { store, observer } = open.runtime
  const buried = await store.buryExpiredPasses()
  if (buried.length > 0) observer.warning(`pass ${buried.join(', ')} died: taking over what it held`)
  let orphans: RunHead[] = []
  do {
    // Those of other configs stay where they are: the next ones lie behind them.
    orphans = await store.findOrphans(ORPHANS_AT_ONCE, { afterId: orphans.at(-1)?.id ?? '' })
    if (orphans.length > 0) await settle(open, orphans)
  } while (orphans.length === ORPHANS_AT_ONCE)
}

async function settle(open: OpenPass, orphans: readonly RunHead[]): Promise<void> {
  const { store, passId } = open.runtime
  const foreign = await foreignJobs(open.context.config, store, orphans)
  const now = open.runtime.databaseClock.now()
  const ours = orphans.filter((orphan) => !foreign.has(orphan.jobName))
  const { settled, paused } = await store.settleOrphans(
    passId,
    ours.map((orphan) => verdictOn(open.runtime.jobOf(orphan.jobName), orphan, now)),
  )
  const verdicts = new Map(settled.map((verdict) => [verdict.runId, verdict]))
  for (const orphan of ours) report(open, orphan, verdicts.get(orphan.id))
  open.runtime.tally.paused(paused)
}

/** Jobs that belong to another config: its passes know whether they may run again. */
export async function foreignJobs(
  config: Config,
  store: Pick<Store, 'readJobs'>,
  orphans: readonly RunHead[],
): Promise<Set<string>> {
  if (orphans.every((orphan) => config.jobs.has(orphan.jobName))) return new Set()
  const rows = await store.readJobs()
  return new Set(rows.filter((row) => row.configName !== config.name && !row.orphaned).map((row) => row.name))
}

/** What becomes of a run whose pass is dead. Pure; `job` is null when no config has it any more. */
export function verdictOn(job: Job | null, orphan: RunHead, now: Date): OrphanVerdict {
  const found = {
    status: orphan.status === 'RUNNING' ? ('RUNNING' as const) : ('PENDING' as const),
    passId: orphan.passId,
  }
  const error = `${found.passId === null ? 'the pass' : `pass ${found.passId}`}, which ran attempt ${orphan.attempt}, died`
  const base = {
    runId: orphan.id,
    slot: settledSlot(orphan),
    found,
    crashes: orphan.crashes,
    attempts: orphan.attempts,
  }
  if (orphan.cancelRequestedAt !== null)
    return {
      ...base,
      status: 'CANCELLED',
      reason: orphan.reason === 'replaced' ? 'replaced' : 'requested',
      error: null,
    }
  if (found.status === 'PENDING') return { ...base, status: 'PENDING', reason: 'crashed', error: null }
  const crashes = orphan.crashes + 1
  const attempts = [...orphan.attempts, abandonedAttempt(orphan, error, now)]
  const goesOn = job !== null && job.onCrash === 'retry' && crashes <= job.crashRetries
  if (goesOn) return { ...base, crashes, attempts, status: 'PENDING', reason: 'crashed', error: null }
  return { ...base, crashes, attempts, status: 'ABANDONED', reason: null, error }
}

function abandonedAttempt(orphan: RunHead, error: string, now: Date): Attempt {
  return {
    number: orphan.attempt,
    status: 'ABANDONED',
    startedAt: (orphan.startedAt ?? orphan.createdAt).toISOString(),
    finishedAt: now.toISOString(),
    durationMs: null,
    passId: orphan.passId,
    error,
  }
}

function report(open: OpenPass, orphan: RunHead, verdict: OrphanVerdict | undefined): void {
  const { tally, observer } = open.runtime
  if (verdict === undefined) return
  if (verdict.status === 'PENDING') {
    if (verdict.found.status === 'RUNNING') {
      tally.counts.abandoned += 1
      observer.warning(
        `attempt ${orphan.attempt} of ${orphan.jobName} was abandoned by ${verdict.found.passId === null ? 'its pass' : `pass ${verdict.found.passId}`}; it is tried again`,
      )
    }
    return
  }
  const end = {
    status: verdict.status,
    reason: verdict.reason,
    error: verdict.error,
    attempt: orphan.attempt,
    durationMs: null,
  }
  observer.runEnded(tally.ended(orphan, end))
  if (isFailure(end.status))
    open.hooks.push(open.runtime.callHook('onFailure', open.runtime.jobOf(orphan.jobName), hookEvent(orphan, end)))
}
