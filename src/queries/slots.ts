import { RUN_STATUSES } from '../domain/run.js'
import { pageSize, type Database } from './database.js'
import type { SlotOutcome } from './queries.js'
import { groupIntoSlots, type SlotRow } from './slot-outcome.js'
import { join, raw, sql, type Sql } from './sql.js'

// A slot of many jobs has many rows; beyond this many per schedule the strip gets shorter instead of slower.
const MOST_ROWS = 600
// Manual runs have no slot. To leave them out in SQL would read every row that the index alone can answer for.
const MANUAL_ROWS = 20
const SCHEDULES_AT_ONCE = 10

export async function slots(
  database: Database,
  scheduleIds: readonly string[],
  count?: number,
): Promise<Map<string, SlotOutcome[]>> {
  if (scheduleIds.length === 0) return new Map()
  const wanted = pageSize(count, 60, 500)
  const jobs = await countJobs(database, scheduleIds)
  const rowLimit = (id: string) => Math.min(wanted * Math.max(jobs.get(id) ?? 1, 1), MOST_ROWS)
  const strips = new Map<string, SlotOutcome[]>()
  for (let start = 0; start < scheduleIds.length; start += SCHEDULES_AT_ONCE) {
    const ids = scheduleIds.slice(start, start + SCHEDULES_AT_ONCE)
    const rows = await readRows(database, await findNewest(database, ids, rowLimit))
    for (const id of ids)
      strips.set(
        id,
        groupIntoSlots(
          rows.filter((row) => row.scheduleId === id),
          wanted,
          rowLimit(id),
        ),
      )
  }
  return strips
}

/** Jobs per slot of each schedule, by what the database knows of jobs. */
async function countJobs({ client }: Database, scheduleIds: readonly string[]): Promise<Map<string, number>> {
  const [schedules, groups] = await Promise.all([
    client.jobSchedule.findMany({
      where: { id: { in: [...scheduleIds] } },
      select: { id: true, executionMode: true, jobGroup: true, jobNames: true, configName: true },
    }),
    client.job.groupBy({ by: ['configName', 'jobGroup'], where: { orphaned: false }, _count: { _all: true } }),
  ])
  return new Map(
    schedules.map((schedule) => {
      if (Array.isArray(schedule.jobNames)) return [schedule.id, schedule.jobNames.length]
      const matching = groups.filter(
        ({ configName, jobGroup }) =>
          (schedule.configName === null || schedule.configName === configName) &&
          (schedule.executionMode === 'ALL_JOBS' || schedule.jobGroup === jobGroup),
      )
      return [schedule.id, matching.reduce((sum, group) => sum + group._count._all, 0)]
    }),
  )
}

/** Ids of the newest rows: each status from the end of its index, so that history costs nothing. */
async function findNewest(
  { client }: Database,
  scheduleIds: readonly string[],
  rowLimit: (id: string) => number,
): Promise<string[]> {
  const rows = await client.$queryRaw<{ id: string }[]>(
    join(
      scheduleIds.map((id) => newestOf(id, rowLimit(id) + MANUAL_ROWS)),
      ' UNION ALL ',
    ),
  )
  return rows.map((row) => row.id)
}

// The engines agree on a LIMIT inside a UNION only in a subquery of its own.
function newestOf(scheduleId: string, limit: number): Sql {
  const branches = RUN_STATUSES.map(
    (status) => sql`SELECT \`id\` FROM (SELECT \`id\` FROM \`JobRun\`
      WHERE \`scheduleId\` = ${scheduleId} AND \`status\` = ${status}
      ORDER BY \`id\` DESC LIMIT ${raw(String(limit))}) AS \`part\``,
  )
  return sql`SELECT \`id\` FROM (SELECT \`id\` FROM (${join(branches, ' UNION ALL ')}) AS \`found\`
    ORDER BY \`id\` DESC LIMIT ${raw(String(limit))}) AS \`newest\``
}

async function readRows({ client }: Database, ids: string[]): Promise<SlotRow[]> {
  if (ids.length === 0) return []
  const rows = await client.jobRun.findMany({
    where: { id: { in: ids }, scheduledFor: { not: null } },
    select: {
      id: true,
      scheduleId: true,
      jobName: true,
      status: true,
      reason: true,
      scheduledFor: true,
      firstSlot: true,
      slotCount: true,
      startedAt: true,
      finishedAt: true,
    },
    orderBy: { id: 'desc' },
  })
  return rows as SlotRow[]
}
