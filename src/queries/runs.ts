import type { Run } from '../domain/run.js'
import { pageSize, type Database } from './database.js'
import type { TimelineQuery, TimelineRun } from './queries.js'
import { toRun } from './rows.js'
import { highestRunId, lowestRunId } from '../domain/run-id-bounds.js'
import { raw, sql } from './sql.js'

const RECENT_RUNS = 20_000
// Characters of an id's random end that no two runs of a history are likely to share.
const UNAMBIGUOUS = 8
const LONGEST_LOOK_BACK_MS = 86_400_000

export async function getRun({ client }: Database, id: string): Promise<Run | null> {
  const row = await client.jobRun.findUnique({ where: { id } })
  return row === null ? null : toRun(row)
}

/**
 * Looks through the newest runs first, where nearly everything is that anybody asks for, then through all. A short
 * ending fits several runs, so it is looked for in all at once.
 */
export async function findRunIds({ client }: Database, ending: string): Promise<string[]> {
  if (!/^[0-9a-f-]+$/i.test(ending)) return []
  const pattern = `%${ending.toLowerCase()}`
  const recent =
    ending.length < UNAMBIGUOUS
      ? []
      : await client.$queryRaw<{ id: string }[]>(sql`
    SELECT \`id\` FROM (SELECT \`id\` FROM \`JobRun\` ORDER BY \`id\` DESC LIMIT ${raw(String(RECENT_RUNS))}) AS \`recent\`
    WHERE \`id\` LIKE ${pattern} LIMIT 10`)
  const all = sql`SELECT \`id\` FROM \`JobRun\` WHERE \`id\` LIKE ${pattern} LIMIT 10`
  const found = recent.length > 0 ? recent : await client.$queryRaw<{ id: string }[]>(all)
  return found
    .map((row) => row.id)
    .sort()
    .reverse()
}

/** Runs recorded up to a day before the window are looked at; the search goes by id, which is their time. */
export async function timeline({ client }: Database, query: TimelineQuery): Promise<TimelineRun[]> {
  const from = new Date(query.from.getTime() - LONGEST_LOOK_BACK_MS)
  const rows = await client.jobRun.findMany({
    where: {
      id: { gte: lowestRunId(from), lte: highestRunId(query.to) },
      startedAt: { lt: query.to },
      OR: [{ finishedAt: null }, { finishedAt: { gte: query.from } }],
    },
    select: {
      id: true,
      scheduleId: true,
      jobName: true,
      trigger: true,
      status: true,
      startedAt: true,
      finishedAt: true,
      passId: true,
    },
    orderBy: { id: 'desc' },
    take: pageSize(query.limit, 1000, 5000),
  })
  return rows as TimelineRun[]
}
