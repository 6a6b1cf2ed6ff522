import { WHOLE_SLOT, type Run, type RunHead } from '../../domain/run.js'
import { fromRow, instantOf, requiredInstant, RUN, RUN_HEAD, selectList } from '../columns.js'
import { allIn, type Database, type Row, type Statements } from '../database.js'
import type { OpenRun } from '../store.js'

export const HEAD = selectList(RUN_HEAD)

export function headOf(row: Row): RunHead {
  return fromRow(RUN_HEAD, row)
}

/** Held by nobody and not ended: whoever takes the schedule may reserve it. */
export function isWaiting(run: RunHead): boolean {
  return run.status === 'PENDING' && run.availableAt !== null
}

/** The unfinished runs of these schedules, those of each in the order of their ids. */
export async function readUnfinished(statements: Statements, scheduleIds: readonly string[]): Promise<OpenRun[]> {
  const passStartedAt = '(SELECT startedAt FROM RunnerPass WHERE id = r.passId) AS passStartedAt'
  const unfinished = "status IN ('PENDING', 'QUEUED', 'RUNNING')"
  const sql = (list: string) =>
    `SELECT ${selectList(RUN_HEAD, 'r')}, ${passStartedAt} FROM JobRun r WHERE scheduleId IN (${list}) AND ${unfinished} ORDER BY id`
  const rows = await allIn(statements, scheduleIds, sql)
  return rows.map((row) => ({ ...headOf(row), passStartedAt: instantOf(row['passStartedAt']) }))
}

export async function readRuns(database: Database, runIds: readonly string[]): Promise<RunHead[]> {
  const sql = (list: string) => `SELECT ${HEAD} FROM JobRun WHERE id IN (${list}) ORDER BY id`
  return database.direct(async (statements) => (await allIn(statements, runIds, sql)).map(headOf))
}

export async function readSlot(database: Database, scheduleId: string, scheduledFor: Date): Promise<RunHead[]> {
  return database.direct(async ({ all }) => {
    const rows = await all(`SELECT ${HEAD} FROM JobRun WHERE scheduleId = ? AND scheduledFor = ? ORDER BY id`, [
      scheduleId,
      scheduledFor,
    ])
    return rows.map(headOf)
  })
}

export async function readRun(database: Database, runId: string): Promise<Run | null> {
  return database.direct(async ({ all }) => {
    const [row] = await all(`SELECT ${selectList(RUN)} FROM JobRun WHERE id = ?`, [runId])
    return row === undefined ? null : fromRow(RUN, row)
  })
}

export async function readSlotsWithRuns(database: Database, scheduleId: string, from: Date, to: Date): Promise<Date[]> {
  return database.direct(async ({ all }) => {
    const rows = await all(
      'SELECT DISTINCT scheduledFor FROM JobRun WHERE scheduleId = ? AND scheduledFor >= ? AND scheduledFor < ? AND jobName <> ? ORDER BY scheduledFor',
      [scheduleId, from, to, WHOLE_SLOT],
    )
    return rows.map((row) => requiredInstant(row['scheduledFor']))
  })
}
