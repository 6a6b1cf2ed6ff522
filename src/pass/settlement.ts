import type { RunHead } from '../domain/run.js'
import type { SlotSettlement } from '../store/store.js'
import { isEnded, isFailure, worstStatus } from './outcome.js'
import type { RunEnd } from './tally.js'

/** What the end of a slot's last run says of its schedule; null: something of it goes on, or it is no slot. Pure. */
export function settlementOf(
  scheduleId: string,
  run: Pick<RunHead, 'trigger' | 'scheduledFor'> | undefined,
  ends: readonly { status: RunEnd['status']; error: string | null; startedAt: Date | null }[],
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

/** The settlement of a slot by what the database knows of its runs. */
export function settlementOfHistory(scheduleId: string, heads: readonly RunHead[]): SlotSettlement | null {
  const ends = heads.map((head) => ({
    status: head.status,
    error: head.attempts.at(-1)?.error ?? null,
    startedAt: head.startedAt,
  }))
  return settlementOf(scheduleId, heads[0], ends)
}
