import { WHOLE_SLOT, type Run, type RunStatus } from '../domain/run.js'
import { groupBy } from '../store/database.js'
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
 * Rows of one schedule as its newest slots, oldest first. A job of which `jobLimit` rows were read may have more: slots
 * before the oldest of them would lack it, so they are left out.
 */
export function groupIntoSlots(rows: readonly SlotRow[], count: number, jobLimit: number): SlotOutcome[] {
  const wholeFrom = Math.max(0, ...oldestOfCutJobs(rows, jobLimit))
  const bySlot = groupBy(rows, (row) => row.scheduledFor.getTime())
  return [...bySlot]
    .filter(([slotMs]) => slotMs >= wholeFrom)
    .sort(([a], [b]) => a - b)
    .slice(-count)
    .map(([, group]) => toOutcome(group))
}

function oldestOfCutJobs(rows: readonly SlotRow[], jobLimit: number): number[] {
  return [...groupBy(rows, (row) => row.jobName).values()]
    .filter((group) => group.length >= jobLimit)
    .map((group) => Math.min(...group.map((row) => row.scheduledFor.getTime())))
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
