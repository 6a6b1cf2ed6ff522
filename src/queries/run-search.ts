import { pageSize, type Database } from './database.js'
import type { RunPage, RunQuery, RunSummary } from './queries.js'
import { RUN_SUMMARY, toRunSummary } from './rows.js'
import { findNewestRunIds } from './newest-run-ids.js'
import { join, raw, sql } from './sql.js'

const ERROR_CHARACTERS = 300

/** A page of runs, newest first. */
export async function listRuns(database: Database, query: RunQuery = {}): Promise<RunPage> {
  const limit = pageSize(query.limit, 50, 500)
  const ids = await findNewestRunIds(database, query, limit + 1)
  const page = ids.slice(0, limit)
  return {
    runs: await readSummaries(database, page),
    nextCursor: ids.length > limit ? (page.at(-1) ?? null) : null,
  }
}

/** The summaries of these runs, newest first. */
export async function readSummaries({ client }: Database, ids: readonly string[]): Promise<RunSummary[]> {
  if (ids.length === 0) return []
  const [rows, errors] = await Promise.all([
    client.jobRun.findMany({ where: { id: { in: [...ids] } }, select: RUN_SUMMARY, orderBy: { id: 'desc' } }),
    client.$queryRaw<{ id: string; error: string }[]>(sql`
      SELECT \`id\`, SUBSTR(\`error\`, 1, ${raw(String(ERROR_CHARACTERS))}) AS \`error\` FROM \`JobRun\`
      WHERE \`id\` IN (${join([...ids])}) AND \`error\` IS NOT NULL`),
  ])
  const errorOf = new Map(errors.map((row) => [row.id, row.error]))
  return rows.map((row) => toRunSummary(row, errorOf.get(row.id) ?? null))
}
