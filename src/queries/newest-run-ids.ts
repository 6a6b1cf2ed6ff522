import { RUN_STATUSES, type RunStatus } from '../domain/run.js'
import type { Database } from './database.js'
import type { RunQuery } from './queries.js'
import { highestRunId, lowestRunId } from '../domain/run-id-bounds.js'
import { empty, join, raw, sql, type Sql } from './sql.js'

// These wait with an instant in `availableAt`; all others have NULL there, which makes their index ordered by id.
const MAY_WAIT: readonly RunStatus[] = ['PENDING', 'QUEUED', 'RUNNING']
// A job of more schedules than this runs often: the newest runs of all soon fill a page.
const FEW_SCHEDULES = 20

/**
 * Ids of the newest runs that match. Whatever the filters, an index gives them in order: the search is cut into one
 * branch per schedule and status, each read from the end, so that a page costs a page however long the history is.
 */
export async function findNewestRunIds(database: Database, query: RunQuery, count: number): Promise<string[]> {
  const schedules = await schedulesOf(database, query)
  if (schedules.length === 0) return []
  const branches = schedules.flatMap((scheduleId) =>
    statusesOf(query, scheduleId).map((status) => branch(filtersOf(query, scheduleId, status), count)),
  )
  const rows = await database.client.$queryRaw<{ id: string }[]>(sql`
    SELECT \`id\` FROM (${join(branches, ' UNION ALL ')}) AS \`found\`
    ORDER BY \`id\` DESC LIMIT ${raw(String(count))}`)
  return rows.map((row) => row.id)
}

/** The schedules to search, null for all at once. Those of a job are found by jumping along the unique key. */
async function schedulesOf({ client }: Database, { scheduleId, jobName }: RunQuery): Promise<(string | null)[]> {
  if (scheduleId !== undefined) return [scheduleId]
  if (jobName === undefined) return [null]
  const rows = await client.$queryRaw<{ scheduleId: string }[]>(
    sql`SELECT DISTINCT \`scheduleId\` FROM \`JobRun\` WHERE \`jobName\` = ${jobName}`,
  )
  return rows.length > FEW_SCHEDULES ? [null] : rows.map((row) => row.scheduleId)
}

/** Null: all at once from the end of the primary key, which is in order when no schedule narrows the search. */
function statusesOf(query: RunQuery, scheduleId: string | null): readonly (RunStatus | null)[] {
  const wanted = query.statuses ?? []
  if (wanted.length > 0) return [...new Set(wanted)]
  return scheduleId === null ? [null] : RUN_STATUSES
}

function filtersOf(query: RunQuery, scheduleId: string | null, status: RunStatus | null): Sql[] {
  const filters: Sql[] = []
  if (scheduleId !== null) filters.push(sql`\`scheduleId\` = ${scheduleId}`)
  if (status !== null) filters.push(sql`\`status\` = ${status}`)
  if (status !== null && scheduleId === null && !MAY_WAIT.includes(status)) filters.push(sql`\`availableAt\` IS NULL`)
  if (query.jobName !== undefined) filters.push(sql`\`jobName\` = ${query.jobName}`)
  if (query.cursor !== undefined) filters.push(sql`\`id\` < ${query.cursor}`)
  if (query.from !== undefined) {
    filters.push(sql`\`id\` >= ${lowestRunId(query.from)} AND \`createdAt\` >= ${query.from}`)
  }
  if (query.to !== undefined) {
    filters.push(sql`\`id\` <= ${highestRunId(query.to)} AND \`createdAt\` < ${query.to}`)
  }
  return filters
}

// The engines agree on a LIMIT inside a UNION only in a subquery of its own.
function branch(filters: Sql[], count: number): Sql {
  const where = filters.length === 0 ? empty : sql`WHERE ${join(filters, ' AND ')}`
  return sql`SELECT \`id\` FROM (SELECT \`id\` FROM \`JobRun\` ${where}
    ORDER BY \`id\` DESC LIMIT ${raw(String(count))}) AS \`part\``
}
