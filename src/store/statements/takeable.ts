import { instantOf } from '../columns.js'
import { type Database, type Dialect, marks, type Query, type Row } from '../database.js'
import type { LockedSchedule, Takeable, TakeableQuery } from '../store.js'
import { OURS } from './check.js'
import { readNow } from './now.js'
import { readNamed, withRuns } from './schedules.js'

/** Due slots, pauses that have run out, and available runs, by schedule. */
export async function listTakeable(database: Database, query: TakeableQuery): Promise<Takeable[]> {
  if (query.scheduleIds?.length === 0) return []
  return database.direct(async ({ many, dialect }) => {
    const queries = [
      waitingQuery(dialect, query),
      ...(query.slotsPaused === true ? [] : [dueQuery(query), wakingQuery(query)]),
    ]
    const found = new Map<string, Takeable>()
    for (const row of (await many(queries)).flat()) merge(found, takeableOf(row))
    return [...found.values()].sort(byUrgency).slice(0, query.limit)
  })
}

/** What `take` would lock, without locking it. */
export async function peek(database: Database, scheduleIds: readonly string[]): Promise<LockedSchedule[]> {
  return database.direct(async (statements) => {
    const now = await readNow(statements)
    return withRuns(statements, await readNamed(statements, scheduleIds), now)
  })
}

function dueQuery(query: TakeableQuery): Query {
  return scheduleQuery(query, 's.enabled = 1', 's.nextRunAt')
}

function wakingQuery(query: TakeableQuery): Query {
  return scheduleQuery(query, 's.enabled = 0', 's.pausedUntil')
}

function scheduleQuery({ configName, until, limit, scheduleIds }: TakeableQuery, condition: string, at: string): Query {
  const named = scheduleIds === undefined ? '' : ` AND s.id IN (${marks(scheduleIds)})`
  return {
    sql:
      `SELECT s.id, s.priority, ${at} AS at FROM JobSchedule s WHERE ${condition} AND ${at} <= ? AND ${OURS}${named} ` +
      `ORDER BY s.priority DESC, ${at}, s.id LIMIT ${Math.trunc(limit)}`,
    values: [until, configName, ...(scheduleIds ?? [])],
  }
}

/** Waiting runs are asked for by the database's now: one that waits since this pass began, a dead pass's say, is taken too. */
function waitingQuery({ straightJoin, now }: Dialect, { configName, limit, scheduleIds }: TakeableQuery): Query {
  const named = scheduleIds === undefined ? '' : ` AND s.id IN (${marks(scheduleIds)})`
  return {
    sql:
      'SELECT r.scheduleId AS id, MAX(r.priority) AS priority, MIN(r.availableAt) AS at ' +
      `FROM JobRun r ${straightJoin} JobSchedule s ON s.id = r.scheduleId ` +
      `WHERE r.status = 'PENDING' AND r.availableAt <= ${now} AND ${OURS}${named} ` +
      `GROUP BY r.scheduleId ORDER BY priority DESC, at, id LIMIT ${Math.trunc(limit)}`,
    values: [configName, ...(scheduleIds ?? [])],
  }
}

/** SQLite takes for an instant whatever somebody writes there by hand: what is none is put right as the schedule is taken. */
function takeableOf(row: Row): Takeable {
  return { scheduleId: String(row['id']), priority: Number(row['priority']), at: instantOf(row['at']) ?? new Date(0) }
}

function merge(found: Map<string, Takeable>, next: Takeable): void {
  const known = found.get(next.scheduleId)
  if (known === undefined) {
    found.set(next.scheduleId, next)
    return
  }
  known.priority = Math.max(known.priority, next.priority)
  if (next.at < known.at) known.at = next.at
}

function byUrgency(a: Takeable, b: Takeable): number {
  return b.priority - a.priority || a.at.getTime() - b.at.getTime() || (a.scheduleId < b.scheduleId ? -1 : 1)
}
