import { WHOLE_SLOT, type Run, type RunStatus } from '../domain/run.js'
import type { SlotOutcome } from './queries.js'

export type SlotRow = Pick<
  Run,
  'id' | 'scheduleId' | 'jobName' | 'status' | 'reason' | 'firstSlot' | 'slotCount' | 'startedAt' | 'finishedAt'
> & { scheduledFor: Date }

// What a slot of several rows is called: open before ended, worse before better.
const BY_WEIGHT: readonly RunStatus[] = [
  'RUNNING',
  'QUEUED',
  'PENDING',
  'FAILED',
  'TIMED_OUT',
  'ABANDONED',
  'INTERRUPTED',
  'CANCELLED',
  'MISSED',
  'SKIPPED',
  'COMPLETED',
]
const OPEN: readonly RunStatus[] = ['RUNNING', 'QUEUED', 'PENDING']

/**
 * Rows of one schedule, newest first, as slots, oldest first. Of more than `rowLimit` rows the rest is left out, and
 * with it the slot that the limit cuts in two.
 */
export function groupIntoSlots(rows: readonly SlotRow[], count: number, rowLimit: number): SlotOutcome[] {
  const bySlot = new Map<number, SlotRow[]>()
  for (const row of rows.slice(0, rowLimit)) {
    const group = bySlot.get(row.scheduledFor.getTime())
    if (group === undefined) bySlot.set(row.scheduledFor.getTime(), [row])
    else group.push(row)
  }
  const firstLeftOut = rows[rowLimit]?.scheduledFor.getTime()
  if (firstLeftOut !== undefined && bySlot.size > 1) bySlot.delete(firstLeftOut)
  return [...bySlot.values()]
    .map(toOutcome)
    .sort((a, b) => a.scheduledFor.getTime() - b.scheduledFor.getTime())
    .slice(-count)
}

function toOutcome(rows: readonly SlotRow[]): SlotOutcome {
  const [heaviest] = [...rows].sort((a, b) => BY_WEIGHT.indexOf(a.status) - BY_WEIGHT.indexOf(b.status))
  if (heaviest === undefined) throw new RangeError('a slot has at least one row')
  const started = rows.flatMap((row) => (row.startedAt === null ? [] : [row.startedAt.getTime()]))
  const finished = rows.flatMap((row) => (row.finishedAt === null ? [] : [row.finishedAt.getTime()]))
  const startedAt = started.length === 0 ? null : new Date(Math.min(...started))
  const isOpen = rows.some((row) => OPEN.includes(row.status))
  return {
    scheduledFor: heaviest.scheduledFor,
    firstSlot: heaviest.firstSlot,
    slotCount: heaviest.slotCount,
    status: heaviest.status,
    reason: heaviest.reason,
    runs: rows.filter((row) => row.jobName !== WHOLE_SLOT).length,
    durationMs: isOpen || startedAt === null ? null : Math.max(...finished) - startedAt.getTime(),
    startedAt,
  }
}
