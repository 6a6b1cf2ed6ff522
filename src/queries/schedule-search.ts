import { pageSize, type Database } from './database.js'
import type { Overview, ScheduleQuery } from './queries.js'
import { empty, join, raw, sql, type Sql } from './sql.js'

type Filter = NonNullable<ScheduleQuery['filter']>

const MOST = 10_000

/** Ids of one page of the schedules that match, in order, and how many match in all. */
export async function findScheduleIds(
  { client }: Database,
  query: ScheduleQuery,
  now: Date,
): Promise<{ ids: string[]; total: number }> {
  const conditions = conditionsOf(query, now)
  const where = conditions.length === 0 ? empty : sql`WHERE ${join(conditions, ' AND ')}`
  const order = query.order === 'next' ? sql`\`nextRunAt\` IS NULL, \`nextRunAt\`, \`id\`` : sql`\`id\``
  const [limit, offset] = [pageSize(query.limit, 1000, MOST), Math.max(0, Math.trunc(query.offset ?? 0))]
  const [rows, counts] = await Promise.all([
    client.$queryRaw<{ id: string }[]>(sql`SELECT \`id\` FROM \`JobSchedule\` ${where}
      ORDER BY ${order} LIMIT ${raw(String(limit))} OFFSET ${raw(String(offset))}`),
    client.$queryRaw<{ total: unknown }[]>(sql`SELECT COUNT(*) AS \`total\` FROM \`JobSchedule\` ${where}`),
  ])
  return { ids: rows.map((row) => row.id), total: Number(counts[0]?.total ?? 0) }
}

/** Ids of the schedules that have been failing longest. */
export async function findFailingIds({ client }: Database, limit: number, now: Date): Promise<string[]> {
  const rows = await client.$queryRaw<{ id: string }[]>(sql`SELECT \`id\` FROM \`JobSchedule\`
    WHERE ${conditionOf('failing', now)} ORDER BY \`consecutiveFailures\` DESC, \`id\` LIMIT ${raw(String(limit))}`)
  return rows.map((row) => row.id)
}

/** How many schedules there are of each kind. */
export async function countSchedules({ client }: Database, now: Date): Promise<Overview['schedules']> {
  const count = (filter: Filter) => sql`COUNT(CASE WHEN ${conditionOf(filter, now)} THEN 1 END)`
  const [row] = await client.$queryRaw<Record<keyof Overview['schedules'], unknown>[]>(sql`
    SELECT COUNT(*) AS \`total\`, ${count('active')} AS \`active\`, ${count('paused')} AS \`paused\`,
      ${count('orphaned')} AS \`orphaned\`, ${count('failing')} AS \`failing\`, ${count('due')} AS \`due\`
    FROM \`JobSchedule\``)
  const of = (kind: keyof Overview['schedules']) => Number(row?.[kind] ?? 0)
  return {
    total: of('total'),
    active: of('active'),
    paused: of('paused'),
    orphaned: of('orphaned'),
    failing: of('failing'),
    due: of('due'),
  }
}

function conditionsOf({ filter, search = '' }: ScheduleQuery, now: Date): Sql[] {
  const conditions = filter === undefined ? [] : [conditionOf(filter, now)]
  // LIKE would take _ and % for wildcards, and differs in case between engines.
  if (search !== '') conditions.push(sql`INSTR(LOWER(\`id\`), ${search.toLowerCase()}) > 0`)
  return conditions
}

/** One meaning for counting and for listing. */
function conditionOf(filter: Filter, now: Date): Sql {
  const mine = sql`\`orphaned\` = FALSE`
  return {
    active: sql`${mine} AND \`enabled\` = TRUE`,
    paused: sql`${mine} AND \`enabled\` = FALSE`,
    orphaned: sql`\`orphaned\` = TRUE`,
    failing: sql`${mine} AND \`lastStatus\` IN ('FAILED', 'TIMED_OUT', 'ABANDONED')`,
    due: sql`${mine} AND \`enabled\` = TRUE AND \`nextRunAt\` <= ${now}`,
  }[filter]
}
