import type { Schedule } from '../../domain/schedule.js'
import { fromRow, instantOf, SCHEDULE, selectList, toValues } from '../columns.js'
import { allIn, type Database, groupBy, type Row, type Statements, type Values } from '../database.js'
import type { LockedSchedule, ScheduleChange } from '../store.js'
import { isWaiting, readUnfinished } from './runs.js'

const COLUMNS = selectList(SCHEDULE)
const STORED_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/

export async function readSchedules(database: Database, ids?: readonly string[]): Promise<Schedule[]> {
  return database.direct(async (statements) => {
    if (ids !== undefined) return readNamed(statements, ids)
    return (await statements.all(`SELECT ${COLUMNS} FROM JobSchedule ORDER BY id`)).map(scheduleOf)
  })
}

/** Those that exist, in the order of their ids. */
export async function readNamed(statements: Statements, ids: readonly string[]): Promise<Schedule[]> {
  const rows = await allIn(
    statements,
    ids,
    (list) => `SELECT ${COLUMNS} FROM JobSchedule WHERE id IN (${list}) ORDER BY id`,
  )
  return rows.map(scheduleOf)
}

/** Locks them by primary key in the order of their ids; those that do not exist are missing from the answer. */
export async function lockSchedules(statements: Statements, ids: readonly string[]): Promise<Schedule[]> {
  const { byPrimaryKey, forUpdate } = statements.dialect
  const select = `SELECT ${COLUMNS} FROM JobSchedule${byPrimaryKey}`
  const rows = await allIn(statements, ids, (list) => `${select} WHERE id IN (${list}) ORDER BY id${forUpdate}`)
  await rewriteByHand(statements, rows)
  return rows.map(scheduleOf)
}

// SQLite compares text: an instant written there by hand in another form would be due too early for ever.
async function rewriteByHand({ updateEach }: Statements, rows: readonly Row[]): Promise<void> {
  const odd = rows.filter(({ nextRunAt }) => typeof nextRunAt === 'string' && !STORED_INSTANT.test(nextRunAt))
  await updateEach(
    'JobSchedule',
    'id',
    odd.map((row) => ({ id: String(row['id']), nextRunAt: instantOf(row['nextRunAt']) })),
  )
}

/** What decisions are made of: the schedules as locked, with their unfinished runs. */
export async function withRuns(
  statements: Statements,
  schedules: readonly Schedule[],
  now: Date,
): Promise<LockedSchedule[]> {
  const runs = await readUnfinished(
    statements,
    schedules.map((schedule) => schedule.id),
  )
  const bySchedule = groupBy(runs, (run) => run.scheduleId)
  return schedules.map((schedule) => {
    const own = bySchedule.get(schedule.id) ?? []
    return { now, schedule, open: own.filter((run) => !isWaiting(run)), waiting: own.filter(isWaiting) }
  })
}

/** Writes changes of rows that are locked, those with the same columns together. */
export async function changeSchedules(
  { updateEach }: Statements,
  changes: readonly { id: string; set: ScheduleChange }[],
  now: Date,
): Promise<void> {
  const rows = changes.map(({ id, set }): Values => ({ id, ...toValues(SCHEDULE, set), updatedAt: now }))
  const alike = groupBy(rows, (row) => Object.keys(row).join())
  for (const group of alike.values()) await updateEach('JobSchedule', 'id', group)
}

export function scheduleOf(row: Row): Schedule {
  return fromRow(SCHEDULE, row)
}
