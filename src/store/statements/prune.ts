import { chunksOf, type Database, marks, type Query, sorted, type SqlValue } from '../database.js'
import { instantOf } from '../columns.js'
import type { PruneQuery, Pruned } from '../store.js'
import { readNow } from './now.js'
import { changeSchedules, lockSchedules } from './schedules.js'

const BITE = 500
const OUTCOMES_AT_ONCE = 200
const UNFINISHED = ['PENDING', 'QUEUED', 'RUNNING']
// Who changed what is asked long after the passes are forgotten.
const AUDIT_KEPT_MS = 365 * 86_400_000

const OF_OUTCOME = 'SELECT id FROM JobRun WHERE scheduleId = ? AND status = ?'

interface Outcome {
  scheduleId: string
  status: string
}

/** Deletes in transactions of at most 500 rows; a dry run counts the same rows. */
export async function prune(database: Database, query: PruneQuery): Promise<Pruned> {
  const runs = await pruneRuns(database, query)
  const passes = await prunePasses(database, query, query.limit - runs)
  const auditEvents = await pruneAuditEvents(database, query, query.limit - runs - passes)
  return { runs, passes, auditEvents }
}

async function pruneRuns(database: Database, query: PruneQuery): Promise<number> {
  if (query.keepRuns === null && query.runsOlderThanMs === null) return 0
  let gone = 0
  for (const outcomes of chunksOf(await listOutcomes(database, query.scheduleIds), OUTCOMES_AT_ONCE)) {
    for (const { scheduleId, ids } of await expendable(database, outcomes, query, query.limit - gone)) {
      const these = ids.slice(0, query.limit - gone)
      if (query.dryRun !== true) for (const bite of chunksOf(these, BITE)) await deleteRuns(database, scheduleId, bite)
      gone += these.length
    }
    if (gone >= query.limit) break
  }
  return gone
}

// An index-only skip scan: one step per schedule and outcome, not per run.
async function listOutcomes(database: Database, scheduleIds?: readonly string[]): Promise<Outcome[]> {
  if (scheduleIds?.length === 0) return []
  const named = scheduleIds === undefined ? '' : ` WHERE scheduleId IN (${marks(scheduleIds)})`
  return database.direct(async ({ all }) => {
    const rows = await all(`SELECT scheduleId, status FROM JobRun${named} GROUP BY scheduleId, status`, scheduleIds)
    return rows
      .map((row) => ({ scheduleId: String(row['scheduleId']), status: String(row['status']) }))
      .filter(({ status }) => !UNFINISHED.includes(status))
  })
}

/** Beyond the newest that are kept, or too old; two round trips for all outcomes. Ids grow with time, so the oldest are the smallest. */
async function expendable(
  database: Database,
  outcomes: readonly Outcome[],
  query: PruneQuery,
  limit: number,
): Promise<{ scheduleId: string; ids: string[] }[]> {
  return database.direct(async ({ many, dialect }) => {
    const newestToGo = query.keepRuns === null ? [] : await many(outcomes.map(beyond(query.keepRuns)))
    const ends = ` ORDER BY id LIMIT ${Math.max(0, Math.trunc(limit))}`
    const queries = outcomes.flatMap(({ scheduleId, status }, n) => {
      const last = newestToGo[n]?.[0]
      const values = [scheduleId, status]
      const own: Query[] = []
      if (last !== undefined)
        own.push({ sql: `${OF_OUTCOME} AND id <= ?${ends}`, values: [...values, String(last['id'])] })
      if (query.runsOlderThanMs !== null) {
        const sql = `${OF_OUTCOME} AND finishedAt < ${dialect.nowPlusMs}${ends}`
        own.push({ sql, values: [...values, -query.runsOlderThanMs] })
      }
      return own.map((each) => ({ ...each, outcome: n }))
    })
    if (queries.length === 0) return []
    const found = await many(queries)
    return outcomes.map(({ scheduleId }, n) => {
      const rows = found.filter((_, index) => queries[index]?.outcome === n).flat()
      return { scheduleId, ids: sorted(new Set(rows.map((row) => String(row['id'])))) }
    })
  })
}

function beyond(kept: number): (outcome: Outcome) => Query {
  const sql = `${OF_OUTCOME} ORDER BY id DESC LIMIT 1 OFFSET ${Math.trunc(kept)}`
  return ({ scheduleId, status }) => ({ sql, values: [scheduleId, status] })
}

async function deleteRuns(database: Database, scheduleId: string, ids: readonly string[]): Promise<void> {
  await database.transaction(async (statements) => {
    const [schedule] = await lockSchedules(statements, [scheduleId])
    const these = `FROM JobRun WHERE id IN (${marks(ids)})`
    const [row] = await statements.all(`SELECT MAX(scheduledFor) AS newest ${these}`, ids)
    await statements.run(`DELETE ${these}`, ids)
    const newest = instantOf(row?.['newest'])
    if (schedule === undefined || newest === null || newest < schedule.historyFrom) return
    const now = await readNow(statements)
    await changeSchedules(statements, [{ id: scheduleId, set: { historyFrom: new Date(newest.getTime() + 1) } }], now)
  })
}

async function prunePasses(database: Database, query: PruneQuery, limit: number): Promise<number> {
  if (query.passesOlderThanMs === null) return 0
  const { nowPlusMs } = await dialectOf(database)
  const condition = `status <> 'RUNNING' AND startedAt < ${nowPlusMs}`
  return deleteOld(database, 'RunnerPass', condition, [-query.passesOlderThanMs], query, limit)
}

async function pruneAuditEvents(database: Database, query: PruneQuery, limit: number): Promise<number> {
  if (query.passesOlderThanMs === null) return 0
  const { nowPlusMs } = await dialectOf(database)
  return deleteOld(
    database,
    'AuditEvent',
    `at < ${nowPlusMs}`,
    [-Math.max(query.passesOlderThanMs, AUDIT_KEPT_MS)],
    query,
    limit,
  )
}

async function deleteOld(
  database: Database,
  table: string,
  condition: string,
  values: readonly SqlValue[],
  query: PruneQuery,
  limit: number,
): Promise<number> {
  if (limit <= 0) return 0
  const sql = `SELECT id FROM ${table} WHERE ${condition} ORDER BY id LIMIT ${Math.trunc(limit)}`
  const ids = await database.direct(async ({ all }) => (await all(sql, values)).map((row) => Number(row['id'])))
  if (query.dryRun === true) return ids.length
  for (const bite of chunksOf(ids, BITE)) {
    await database.direct(({ run }) => run(`DELETE FROM ${table} WHERE id IN (${marks(bite)})`, bite))
  }
  return ids.length
}

function dialectOf(database: Database) {
  return database.direct(({ dialect }) => Promise.resolve(dialect))
}
