import { WHOLE_SLOT, type RunHead, type RunStatus } from '../domain/run.js'

/** A slot of a schedule. */
export interface SlotId {
  scheduleId: string
  slot: Date
}

/** All runs of a CRON slot have ended: what the schedule's row says of it. Ignored when a newer slot has settled. */
export interface SlotSettlement extends SlotId {
  /** The worst status of the slot's runs. */
  status: RunStatus
  error: string | null
  /** FAILED, TIMED_OUT or ABANDONED among them. */
  failed: boolean
  /** False, with `failed` false too: the slot says nothing of failure (all skipped), the count stays. */
  allCompleted: boolean
  startedAt: Date | null
}

/** The slot that a run's end may settle; null: it has none, or is not the schedule's own (a backfill). Pure. */
export function settledSlot({
  scheduleId,
  trigger,
  scheduledFor,
}: Pick<RunHead, 'scheduleId' | 'trigger' | 'scheduledFor'>): SlotId | null {
  return trigger === 'CRON' && scheduledFor !== null ? { scheduleId, slot: scheduledFor } : null
}

/** What the end of a slot's last run says of its schedule; null: something of it goes on. Pure. */
export function settlementOf(
  { scheduleId, slot }: SlotId,
  ends: readonly { status: RunStatus; error: string | null; startedAt: Date | null }[],
): SlotSettlement | null {
  if (ends.length === 0 || !ends.every((end) => isEnded(end.status))) return null
  const statuses = ends.map((end) => end.status)
  const status = worstStatus(statuses)
  const started = ends.flatMap((end) => (end.startedAt === null ? [] : [end.startedAt.getTime()]))
  return {
    scheduleId,
    slot,
    status,
    error: ends.find((end) => end.status === status)?.error ?? null,
    failed: statuses.some(isFailure),
    allCompleted: statuses.every((each) => each === 'COMPLETED'),
    startedAt: started.length === 0 ? null : new Date(Math.min(...started)),
  }
}

/** The settlement of a slot by what the database knows of its runs; backfills and write-offs beside them say nothing. */
export function settlementOfHistory(id: SlotId, heads: readonly RunHead[]): SlotSettlement | null {
  const runs = heads.filter((head) => head.trigger === 'CRON' && head.jobName !== WHOLE_SLOT)
  const ends = runs.map((head) => ({
    status: head.status,
    error: head.attempts.at(-1)?.error ?? null,
    startedAt: head.startedAt,
  }))
  return settlementOf(id, ends)
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
