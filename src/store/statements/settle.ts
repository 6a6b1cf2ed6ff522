import type { Schedule } from '../../domain/schedule.js'
import { type Columns, fromRow, SCHEDULE, selectList } from '../columns.js'
import { groupBy, marks, sorted, type Statements } from '../database.js'
import type { SlotSettlement } from '../store.js'

const LONGEST_ERROR = 4096

/** What a settlement looks at and changes. */
export type Settled = Pick<
  Schedule,
  | 'id'
  | 'enabled'
  | 'pauseAfterFailures'
  | 'consecutiveFailures'
  | 'lastStatus'
  | 'lastError'
  | 'lastRunAt'
  | 'lastFinishedSlotAt'
  | 'pausedReason'
>

const COLUMNS: Columns<Settled> = {
  id: SCHEDULE.id,
  enabled: SCHEDULE.enabled,
  pauseAfterFailures: SCHEDULE.pauseAfterFailures,
  consecutiveFailures: SCHEDULE.consecutiveFailures,
  lastStatus: SCHEDULE.lastStatus,
  lastError: SCHEDULE.lastError,
  lastRunAt: SCHEDULE.lastRunAt,
  lastFinishedSlotAt: SCHEDULE.lastFinishedSlotAt,
  pausedReason: SCHEDULE.pausedReason,
}

/** Locks the schedules of finished slots and writes what these say. Returns the ids of those that paused themselves. */
export async function writeSettlements(
  statements: Statements,
  settlements: readonly SlotSettlement[],
  now: Date,
  unsure: boolean,
): Promise<string[]> {
  if (settlements.length === 0) return []
  const bySchedule = groupBy(settlements, (each) => each.scheduleId)
  const paused: string[] = []
  const changed: Settled[] = []
  for (const before of await lockSettled(statements, bySchedule.keys())) {
    const own = bySchedule.get(before.id) ?? []
    const after = own.sort((a, b) => a.slot.getTime() - b.slot.getTime()).reduce(settle, before)
    const pausedEarlier = unsure && own.some((each) => isPausedBy(before, each))
    if ((before.enabled && !after.enabled) || pausedEarlier) paused.push(before.id)
    if (after !== before) changed.push(after)
  }
  await write(
    statements,
    changed.filter((after) => after.enabled || !paused.includes(after.id)),
    {},
    now,
  )
  await write(
    statements,
    changed.filter((after) => !after.enabled && paused.includes(after.id)),
    PAUSED,
    now,
  )
  return paused
}

const PAUSED = { enabled: false, pausedUntil: null, nextRunAt: null } as const

async function lockSettled({ all, dialect }: Statements, scheduleIds: Iterable<string>): Promise<Settled[]> {
  const ids = sorted(scheduleIds)
  const table = `JobSchedule${dialect.byPrimaryKey}`
  const sql = `SELECT ${selectList(COLUMNS)} FROM ${table} WHERE id IN (${marks(ids)}) ORDER BY id${dialect.forUpdate}`
  return (await all(sql, ids)).map((row) => fromRow(COLUMNS, row))
}

async function write(
  { updateEach }: Statements,
  changed: readonly Settled[],
  pause: Partial<typeof PAUSED>,
  now: Date,
): Promise<void> {
  await updateEach(
    'JobSchedule',
    'id',
    changed.map(({ id, lastStatus, lastError, lastRunAt, lastFinishedSlotAt, consecutiveFailures, pausedReason }) => ({
      id,
      lastStatus,
      lastError,
      lastRunAt,
      lastFinishedSlotAt,
      consecutiveFailures,
      pausedReason,
      ...pause,
      updatedAt: now,
    })),
  )
}

/** The schedule after a slot has finished; the same object when a newer one has settled already. */
export function settle(schedule: Settled, settlement: SlotSettlement): Settled {
  const { slot, status, error, failed, allCompleted, startedAt } = settlement
  if (schedule.lastFinishedSlotAt !== null && schedule.lastFinishedSlotAt >= slot) return schedule
  const consecutiveFailures = failed
    ? schedule.consecutiveFailures + 1
    : allCompleted
      ? 0
      : schedule.consecutiveFailures
  const limit = schedule.pauseAfterFailures
  const pauses = failed && schedule.enabled && limit !== null && consecutiveFailures >= limit
  return {
    ...schedule,
    lastStatus: status,
    lastError: error === null ? null : firstBytes(error, LONGEST_ERROR),
    lastRunAt: startedAt ?? schedule.lastRunAt,
    lastFinishedSlotAt: slot,
    consecutiveFailures,
    ...(pauses ? { enabled: false, pausedReason: pauseReason(consecutiveFailures) } : {}),
  }
}

function isPausedBy(schedule: Settled, { slot }: SlotSettlement): boolean {
  const settledBySlot = schedule.lastFinishedSlotAt?.getTime() === slot.getTime()
  return !schedule.enabled && settledBySlot && schedule.pausedReason === pauseReason(schedule.consecutiveFailures)
}

function pauseReason(failures: number): string {
  return failures === 1 ? '1 failure' : `${failures} failures in a row`
}

function firstBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  return new TextDecoder().decode(Buffer.from(text).subarray(0, limit)).replace(/\uFFFD+$/, '')
}
