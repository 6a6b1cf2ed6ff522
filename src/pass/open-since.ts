import type { OpenRun } from '../store/store.js'

/**
 * Whether a run that is open now was so at an earlier instant. A slot that was due before is catch-up, not overlap: it
 * waits for its turn.
 */
export function isOpenAt(run: OpenRun, at: Date): boolean {
  const since = openSince(run)
  return since !== null && at > since
}

/** Null: it has been taken after it had waited, and has not begun since; when that was no column tells. */
function openSince(run: OpenRun): Date | null {
  const [begun] = run.attempts.filter((attempt) => attempt.passId === run.passId)
  if (isHeldSinceCreation(run)) return run.createdAt
  if (begun !== undefined) return new Date(begun.startedAt)
  return run.status === 'RUNNING' ? run.startedAt : null
}

/** A slot's run is made by the pass that takes it; what has waited since (a crash, a retry for a later pass) has not. */
function isHeldSinceCreation({
  trigger,
  reason,
  status,
  attempts,
  passId,
  passStartedAt,
  createdAt,
}: OpenRun): boolean {
  if (trigger !== 'CRON' || attempts.some((attempt) => attempt.passId !== passId)) return false
  if (passStartedAt !== null && createdAt < passStartedAt) return false
  const hasWaited = status === 'PENDING' && attempts.length === 0 && (reason === 'crashed' || reason === 'interrupted')
  return !hasWaited
}
