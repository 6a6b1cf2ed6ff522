import { highestRunId } from '../../domain/run-id-bounds.js'
import { allIn, chunksOf, type Database, marks, type Query, type SqlValue } from '../database.js'
import { instantOf, requiredInstant } from '../columns.js'
import type { PruneQuery, Pruned } from '../store.js'
import { readNow } from './now.js'
import { changeSchedules, lockSchedules } from './schedules.js'

const BITE = 500
const OUTCOMES_AT_ONCE = 200
const UNFINISHED = ['PENDING', 'QUEUED', 'RUNNING']
// Who changed what is asked long after the passes are forgotten.
const AUDIT_KEPT_MS = 365 * 86_400_000

interface Outcome {
  scheduleId: string
  status: string
}

/** A run that is to go. */
interface Expendable {
  id: string
  scheduleId: string
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
    const left = query.limit - gone
    const runs = (await listExpendable(database, outcomes, query, left)).slice(0, left)
    if (query.dryRun !== true) for (const bite of chunksOf(runs, BITE)) await deleteRuns(database, bite)
    gone += runs.length
    if (gone >= query.limit) break
  }
  return gone
}

// An index-only skip scan: one step per schedule and outcome, not per run.
async function listOutcomes(database: Database, scheduleIds?: readonly string[]): Promise<Outcome[]> {
  const sql = (named: string) => `SELECT scheduleId, status FROM JobRun${named} GROUP BY scheduleId, status`
  const rows = await database.direct((statements) =>
    scheduleIds === undefined
      ? statements.all(sql(''))
      : allIn(statements, scheduleIds, (list) => sql(` WHERE scheduleId IN (${list})`)),
  )
  return rows
    .map((row) => ({ scheduleId: String(row['scheduleId']), status: String(row['status']) }))
    .filter(({ status }) => !UNFINISHED.includes(status))
}

/** Beyond the newest that are kept, or too old; two round trips for all outcomes. Ids grow with time, so the oldest are the smallest. */
async function listExpendable(
  database: Database,
  outcomes: readonly Outcome[],
  { keepRuns, runsOlderThanMs }: PruneQuery,
  limit: number,
): Promise<Expendable[]> {
  return database.direct(async ({ many, dialect }) => {
    const newest = keepRuns === null ? [] : outcomes.map(beyond(keepRuns))
    const [clock, ...newestToGo] = await many([{ sql: `SELECT ${dialect.now} AS now` }, ...newest])
    const oldestToStay =
      runsOlderThanMs === null ? null : new Date(requiredInstant(clock?.[0]?.['now']).getTime() - runsOlderThanMs)
    const ends = ` ORDER BY id LIMIT ${Math.max(0, Math.trunc(limit))}`
    const queries = outcomes.flatMap(({ scheduleId, status }, n): Query[] => {
      const last = newestToGo[n]?.[0]
      const upTo = (id: string, more: string, ...values: SqlValue[]) => {
        const sql = `SELECT id, scheduleId FROM JobRun WHERE scheduleId = ? AND status = ? AND id <= ?${more}${ends}`
        return { sql, values: [scheduleId, status, id, ...values] }
      }
      return [
        ...(last === undefined ? [] : [upTo(String(last['id']), '')]),
        // The bound by id spares the rows of all that are young.
        ...(oldestToStay === null ? [] : [upTo(highestRunId(oldestToStay), ' AND finishedAt < ?', oldestToStay)]),
      ]
    })
    if (queries.length === 0) return []
    const rows = (await many(queries)).flat()
    const byId = new Map(rows.map((row) => [String(row['id']), String(row['scheduleId'])]))
    return [...byId].map(([id, scheduleId]) => ({ id, scheduleId }))
  })
}

function beyond(kept: number): (outcome: Outcome) => Query {
  const sql = `SELECT id FROM JobRun WHERE scheduleId = ? AND status = ? ORDER BY id DESC LIMIT 1 OFFSET ${Math.trunc(kept)}`
  return ({ scheduleId, status }) => ({ sql, values: [scheduleId, status] })
}

/** Of many schedules at once: a transaction for each would take as many round trips as the pass took for its runs. */
async function deleteRuns(database: Database, runs: readonly Expendable[]): Promise<void> {
  const ids = runs.map((run) => run.id)
  await database.transaction(async (statements) => {
    const schedules = await lockSchedules(
      statements,
      runs.map((run) => run.scheduleId),
    )
    const these = `FROM JobRun WHERE id IN (${marks(ids)})`
    const newest = await statements.all(
      `SELECT scheduleId, MAX(scheduledFor) AS slot ${these} GROUP BY scheduleId`,
      ids,
    )
    await statements.run(`DELETE ${these}`, ids)
    const slots = new Map(newest.map((row) => [String(row['scheduleId']), instantOf(row['slot'])]))
    const changes = schedules.flatMap(({ id, historyFrom }) => {
      const slot = slots.get(id) ?? null
      return slot === null || slot < historyFrom ? [] : [{ id, set: { historyFrom: new Date(slot.getTime() + 1) } }]
    })
    if (changes.length > 0) await changeSchedules(statements, changes, await readNow(statements))
  })
}

async function prunePasses(database: Database, query: PruneQuery, limit: number): Promise<number> {
  if (query.passesOlderThanMs === null) return 0
  const old = { table: 'RunnerPass', at: 'startedAt', olderThanMs: query.passesOlderThanMs }
  return deleteOld(database, { ...old, condition: " AND status <> 'RUNNING'" }, query, limit)
}

async function pruneAuditEvents(database: Database, query: PruneQuery, limit: number): Promise<number> {
  if (query.passesOlderThanMs === null) return 0
  const olderThanMs = Math.max(query.passesOlderThanMs, AUDIT_KEPT_MS)
  return deleteOld(database, { table: 'AuditEvent', at: 'at', olderThanMs, condition: '' }, query, limit)
}

interface Old {
  table: string
  /** The column with its time, which is indexed. */
  at: string
  olderThanMs: number
  condition: string
}

async function deleteOld(
  database: Database,
  { table, at, olderThanMs, condition }: Old,
  query: PruneQuery,
  limit: number,
): Promise<number> {
  if (limit <= 0) return 0
  const ids = await database.direct(async ({ all, dialect }) => {
    // In the order of the index: by id SQLite would read all that are young.
    const where = `WHERE ${at} < ${dialect.nowPlusMs}${condition}`
    const sql = `SELECT id FROM ${table} ${where} ORDER BY ${at} LIMIT ${Math.trunc(limit)}`
    return (await all(sql, [-olderThanMs])).map((row) => Number(row['id']))
  })
  if (query.dryRun === true) return ids.length
  for (const bite of chunksOf(ids, BITE)) {
    await database.direct(({ run }) => run(`DELETE FROM ${table} WHERE id IN (${marks(bite)})`, bite))
  }
  return ids.length
}
