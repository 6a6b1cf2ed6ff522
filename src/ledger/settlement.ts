import { WHOLE_SLOT, type RunHead, type RunStatus } from '../domain/run.js'
import type { SlotSettlement } from '../store/store.js'

/** What the end of a slot's last run says of its schedule; null: something of it goes on, or it is no slot. Pure. */
export function settlementOf(
  scheduleId: string,
  run: Pick<RunHead, 'trigger' | 'scheduledFor'> | undefined,
  ends: readonly { status: RunStatus; error: string | null; startedAt: Date | null }[],
): SlotSettlement | null {
  if (run?.trigger !== 'CRON' || run.scheduledFor === null || !ends.every((end) => isEnded(end.status))) return null
  const statuses = ends.map((end) => end.status)
  const status = worstStatus(statuses)
  const started = ends.flatMap((end) => (end.startedAt === null ? [] : [end.startedAt.getTime()]))
  return {
    scheduleId,
    slot: run.scheduledFor,
    status,
    error: ends.find((end) => end.status === status)?.error ?? null,
    failed: statuses.some(isFailure),
    allCompleted: statuses.every((each) => each === 'COMPLETED'),
    startedAt: started.length === 0 ? null : new Date(Math.min(...started)),
  }
}

/** The settlement of a slot by what the database knows of its runs; backfills and write-offs beside them say nothing. */
export function settlementOfHistory(scheduleId: string, heads: readonly RunHead[]): SlotSettlement | null {
  const runs = heads.filter((head) => head.trigger === 'CRON' && head.jobName !== WHOLE_SLOT)
  const ends = runs.map((head) => ({
    status: head.status,
    error: head.attempts.at(-1)?.error ?? null,
    startedAt: head.startedAt,
  }))
  return settlementOf(scheduleId, runs[0], ends)
}

const SEVERITY: readonly RunStatus[] = [
  'COMPLETED',
  'SKIPPED',
  'MISSED',
  'CANCELLED',
  'INTERRUPTED',
  'ABANDONED',
  'TIMED_OUT',
  'FAILED',
]

/** The worst of the statuses that the runs of a slot ended with. */
function worstStatus(statuses: readonly RunStatus[]): RunStatus {
  return statuses.reduce<RunStatus>(
    (worst, status) => (SEVERITY.indexOf(status) > SEVERITY.indexOf(worst) ? status : worst),
    'COMPLETED',
  )
}

export function isFailure(status: RunStatus): boolean {
  return status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABANDONED'
}

/** Ended for good: no attempt follows. */
export function isEnded(status: RunStatus): boolean {
  return status !== 'PENDING' && status !== 'QUEUED' && status !== 'RUNNING'
}
