import type { Attempt, AttemptStatus, RunHead } from '../domain/run.js'
import type { Job, AttemptOutcome } from '../jobs/job.js'
import { retryDelayMs } from '../jobs/retry-delay.js'
import { cutText } from '../jobs/utf8.js'
import type { RunFinish } from '../store/store.js'

/** Bytes of an attempt's error kept in `attempts`, of which there may be 200; the last one is kept whole beside them. */
const LONGEST_ATTEMPT_ERROR = 2048

/** A retry whose delay is longer than this is left to a later pass. */
export const LONGEST_WAIT_IN_PASS_MS = 60_000

/** What becomes of a run after an attempt: it ended, waits in this pass, or waits for any pass. */
export interface NextStep {
  finish: RunFinish
  /** Milliseconds until the next attempt in this pass; null: none. */
  retryInMs: number | null
  /** Left for a later pass. */
  deferred: boolean
}

export interface AttemptEnd {
  run: RunHead
  job: Pick<Job, 'retry' | 'onCrash' | 'crashRetries'>
  /** Number of the attempt that ended. */
  attempt: number
  outcome: AttemptOutcome
  startedAt: Date
  finishedAt: Date
  passId: number
  /** How long the pass can still wait for a retry, in milliseconds; 0 when it is stopping. */
  patienceMs: number
  /** It blocked its process, which is ended with it. */
  endsProcess?: boolean
}

/** Such a run goes on in a process of its own, so that it takes one pass down and no more. */
export function hasEndedItsProcess({ attempts }: Pick<RunHead, 'attempts'>): boolean {
  return attempts.some((attempt) => attempt.status === 'ABANDONED' || attempt.endedProcess === true)
}

/** Marked RUNNING, but stopped before its handler began: it waits again, nothing is lost and nothing counts. */
export function notBegun(end: AttemptEnd): NextStep {
  const change = { reason: 'interrupted' as const, availableInMs: 0 }
  return { finish: finishOf(end, 'PENDING', change), retryInMs: null, deferred: true }
}

/** Decides between ending, retrying here and retrying later. Pure. */
export function nextStep(end: AttemptEnd): NextStep {
  const { run, job, outcome } = end
  if (outcome.status === 'INTERRUPTED') return afterInterruption(end)
  // Crashes, interruptions and attempts that were stopped before they began use up no retry.
  const failures = 1 + run.attempts.filter(({ status }) => isOwnFailure(status)).length
  const mayRetry = isOwnFailure(outcome.status) && failures < job.retry.attempts
  if (!mayRetry) return { finish: finishOf(end, outcome.status, {}), retryInMs: null, deferred: false }
  const delayMs = retryDelayMs(job.retry, failures + 1)
  const here = outcome.status === 'FAILED' && delayMs <= LONGEST_WAIT_IN_PASS_MS && delayMs <= end.patienceMs
  const waiting = finishOf(end, 'PENDING', { reason: 'retry', heldByPass: here, availableInMs: here ? null : delayMs })
  return { finish: waiting, retryInMs: here ? delayMs : null, deferred: !here }
}

function isOwnFailure(status: AttemptStatus): boolean {
  return status === 'FAILED' || status === 'TIMED_OUT'
}

function afterInterruption(end: AttemptEnd): NextStep {
  const crashes = end.run.crashes + 1
  const goesOn = end.job.onCrash === 'retry' && crashes <= end.job.crashRetries
  const change = goesOn ? { reason: 'interrupted' as const, availableInMs: 0, crashes } : { reason: null, crashes }
  return { finish: finishOf(end, goesOn ? 'PENDING' : 'INTERRUPTED', change), retryInMs: null, deferred: goesOn }
}

function finishOf(end: AttemptEnd, status: RunFinish['status'], change: Partial<RunFinish>): RunFinish {
  const { outcome, run } = end
  const attempt: Attempt = {
    number: end.attempt,
    status: outcome.status,
    startedAt: end.startedAt.toISOString(),
    finishedAt: end.finishedAt.toISOString(),
    durationMs: outcome.durationMs,
    passId: end.passId,
    error: outcome.error === null ? null : cutText(outcome.error, LONGEST_ATTEMPT_ERROR),
    ...(end.endsProcess === true ? { endedProcess: true } : {}),
  }
  return {
    runId: run.id,
    attempt: end.attempt,
    status,
    reason: outcome.reason,
    heldByPass: false,
    availableInMs: null,
    durationMs: outcome.durationMs,
    output: outcome.output,
    error: outcome.error,
    log: outcome.log,
    crashes: run.crashes,
    attempts: [...run.attempts, attempt],
    ...change,
  }
}
