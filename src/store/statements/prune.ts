import { chunksOf, type Database, marks, type Query, sorted, type SqlValue, type Statements } from '../database.js'
import { instantOf } from '../columns.js'
import type { PruneQuery, Pruned } from '../store.js'
import { readNow } from './now.js'
import { changeSchedules, lockSchedules } from './schedules.js'

const BITE = 500
const UNFINISHED = ['PENDING', 'QUEUED', 'RUNNING']
// Who changed what is asked long after the passes are forgotten.
const AUDIT_KEPT_MS = 365 * 86_400_000

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
  for (const [scheduleId, status] of await listOutcomes(database, query.scheduleIds)) {
    const ids = await database.direct((statements) =>
      expendable(statements, scheduleId, status, query, query.limit - gone),
    )
    if (query.dryRun !== true) for (const bite of chunksOf(ids, BITE)) await deleteRuns(database, scheduleId, bite)
    gone += ids.length
    if (gone >= query.limit) break
  }
  return gone
}

// An index-only skip scan: one step per schedule and outcome, not per run.
async function listOutcomes(database: Database, scheduleIds?: readonly string[]): Promise<[string, string][]> {
  if (scheduleIds?.length === 0) return []
  const named = scheduleIds === undefined ? '' : ` WHERE scheduleId IN (${marks(scheduleIds)})`
  return database.direct(async ({ all }) => {
    const rows = await all(`SELECT scheduleId, status FROM JobRun${named} GROUP BY scheduleId, status`, scheduleIds)
    return rows
      .map((row): [string, string] => [String(row['scheduleId']), String(row['status'])])
      .filter(([, status]) => !UNFINISHED.includes(status))
  })
}

/** Beyond the newest that are kept, or too old. Ids grow with time, so the oldest are the smallest. */
async function expendable(
  statements: Statements,
  scheduleId: string,
  status: string,
  query: PruneQuery,
  limit: number,
): Promise<string[]> {
  const ids = new Set<string>()
  for (const { sql, values } of await expendableQueries(statements, scheduleId, status, query)) {
    const rows = await statements.all(`${sql} ORDER BY id LIMIT ${Math.max(0, Math.trunc(limit))}`, values)
    for (const row of rows) ids.add(String(row['id']))
  }
  return sorted(ids).slice(0, Math.max(0, limit))
}

async function expendableQueries(
  { all, dialect }: Statements,
  scheduleId: string,
  status: string,
  query: PruneQuery,
): Promise<Query[]> {
  const own = 'FROM JobRun WHERE scheduleId = ? AND status = ?'
  const queries: Query[] = []
  if (query.keepRuns !== null) {
    const [last] = await all(`SELECT id ${own} ORDER BY id DESC LIMIT 1 OFFSET ${Math.trunc(query.keepRuns)}`, [
      scheduleId,
      status,
    ])
    if (last !== undefined)
      queries.push({ sql: `SELECT id ${own} AND id <= ?`, values: [scheduleId, status, String(last['id'])] })
  }
  if (query.runsOlderThanMs !== null) {
    queries.push({
      sql: `SELECT id ${own} AND finishedAt < ${dialect.nowPlusMs}`,
      values: [scheduleId, status, -query.runsOlderThanMs],
    })
  }
  return queries
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
