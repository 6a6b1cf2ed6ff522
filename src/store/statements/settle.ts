import type { Schedule } from '../../domain/schedule.js'
import { settlementOfHistory, type SlotId, type SlotSettlement } from '../../ledger/settlement.js'
import { type Columns, fromRow, SCHEDULE, selectList } from '../columns.js'
import { chunksOf, groupBy, marks, sorted, type Statements } from '../database.js'
import { HEAD, headOf } from './runs.js'

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

/**
 * Settles those of the slots whose runs have all ended, the last of them in this transaction. Their schedules are locked: of
 * two transactions that end a slot's last two runs, the later one sees what the earlier one wrote. Returns the ids of
 * schedules that paused themselves.
 */
export async function settleSlots(
  statements: Statements,
  slots: readonly SlotId[],
  now: Date,
  unsure: boolean,
): Promise<string[]> {
  if (slots.length === 0) return []
  const locked = await lockSettled(statements, slots)
  return writeSettlements(statements, locked, await readSettlements(statements, slots), now, unsure)
}

/** What the runs of these slots say, as far as all of a slot have ended. */
export async function readSettlements({ all }: Statements, slots: readonly SlotId[]): Promise<SlotSettlement[]> {
  const settlements: SlotSettlement[] = []
  for (const [ms, ofInstant] of groupBy(slots, (each) => each.slot.getTime()))
    for (const ids of chunksOf(sorted(ofInstant.map((each) => each.scheduleId)))) {
      const sql = `SELECT ${HEAD} FROM JobRun WHERE scheduleId IN (${marks(ids)}) AND scheduledFor = ? ORDER BY id`
      const slot = new Date(ms)
      const runs = (await all(sql, [...ids, slot])).map(headOf)
      for (const [scheduleId, heads] of groupBy(runs, (run) => run.scheduleId)) {
        const settlement = settlementOfHistory({ scheduleId, slot }, heads)
        if (settlement !== null) settlements.push(settlement)
      }
    }
  return settlements
}

/** Writes what finished slots say to their schedules, which are locked. Returns the ids of those that paused themselves. */
export async function writeSettlements(
  statements: Statements,
  locked: readonly Settled[],
  settlements: readonly SlotSettlement[],
  now: Date,
  unsure: boolean,
): Promise<string[]> {
  if (settlements.length === 0) return []
  const bySchedule = groupBy(settlements, (each) => each.scheduleId)
  const paused: string[] = []
  const changed: Settled[] = []
  for (const before of locked) {
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

/** Before runs are locked: every transaction locks schedules first. */
export async function lockSettled({ all, dialect }: Statements, slots: readonly SlotId[]): Promise<Settled[]> {
  if (slots.length === 0) return []
  const ids = sorted(slots.map((each) => each.scheduleId))
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
