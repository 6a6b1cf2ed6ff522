import { pageSize, type Database } from './database.js'
import type { DurationStatistics } from './queries.js'
import { join, raw, sql } from './sql.js'

const SCHEDULES_AT_ONCE = 50

/** Statistics over the newest completed runs of each schedule; one bounded index scan per schedule. */
export async function durations(
  database: Database,
  scheduleIds: readonly string[],
  lastRuns?: number,
): Promise<Map<string, DurationStatistics>> {
  const limit = pageSize(lastRuns, 100, 1000)
  const statistics = new Map<string, DurationStatistics>()
  for (let start = 0; start < scheduleIds.length; start += SCHEDULES_AT_ONCE) {
    const found = await readDurations(database, scheduleIds.slice(start, start + SCHEDULES_AT_ONCE), limit)
    for (const [id, newestFirst] of found) statistics.set(id, summarize(newestFirst))
  }
  return statistics
}

async function readDurations(
  { client }: Database,
  scheduleIds: readonly string[],
  limit: number,
): Promise<Map<string, number[]>> {
  const branches = scheduleIds.map(
    (id) => sql`SELECT \`scheduleId\`, \`id\`, \`durationMs\` FROM (
      SELECT \`scheduleId\`, \`id\`, \`durationMs\` FROM \`JobRun\`
      WHERE \`scheduleId\` = ${id} AND \`status\` = 'COMPLETED' ORDER BY \`id\` DESC LIMIT ${raw(String(limit))}) AS \`part\``,
  )
  const rows = await client.$queryRaw<{ scheduleId: string; durationMs: unknown }[]>(
    sql`${join(branches, ' UNION ALL ')} ORDER BY \`id\` DESC`,
  )
  const byId = new Map<string, number[]>()
  for (const { scheduleId, durationMs } of rows) {
    if (durationMs === null) continue
    byId.set(scheduleId, [...(byId.get(scheduleId) ?? []), Number(durationMs)])
  }
  return byId
}

function summarize(newestFirst: readonly number[]): DurationStatistics {
  const sorted = [...newestFirst].sort((a, b) => a - b)
  return {
    count: sorted.length,
    averageMs: Math.round(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length),
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    maxMs: sorted.at(-1) ?? 0,
    lastMs: newestFirst[0] ?? 0,
  }
}

/** Nearest rank: the smallest value that at least this part of all values does not exceed. */
function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.ceil(part * sorted.length) - 1] ?? 0
}
