import { chunksOf, groupBy } from '../store/database.js'
import { pageSize, type Database } from './database.js'
import type { SlotOutcome } from './queries.js'
import { groupIntoSlots, type SlotRow } from './slot-outcome.js'
import { join, raw, sql } from './sql.js'

// A slot of many jobs has many rows; beyond this many per schedule the strip gets shorter instead of slower.
const MOST_ROWS = 600
// SQLite takes 500 parts in a UNION, and 999 values.
const BRANCHES = 250

interface JobOfSchedule {
  scheduleId: string
  jobName: string
}

export async function slots(
  database: Database,
  scheduleIds: readonly string[],
  count?: number,
): Promise<Map<string, SlotOutcome[]>> {
  const wanted = pageSize(count, 60, 500)
  const jobs = await readJobs(database, scheduleIds)
  const limitOf = (id: string): number => {
    const own = jobs.filter((job) => job.scheduleId === id).length
    return Math.min(wanted, Math.ceil(MOST_ROWS / Math.max(own, 1)))
  }
  const rows = groupBy(await readNewest(database, jobs, limitOf), (row) => row.scheduleId)
  return new Map(scheduleIds.map((id) => [id, groupIntoSlots(rows.get(id) ?? [], wanted, limitOf(id))]))
}

/** The jobs in a schedule's history, those it no longer has included; each is one jump along the unique key. */
async function readJobs({ client }: Database, scheduleIds: readonly string[]): Promise<JobOfSchedule[]> {
  const branches = scheduleIds.map(
    (id) => sql`SELECT DISTINCT \`scheduleId\`, \`jobName\` FROM \`JobRun\` WHERE \`scheduleId\` = ${id}`,
  )
  const parts = [...chunksOf(branches, BRANCHES)].map((some) =>
    client.$queryRaw<JobOfSchedule[]>(join(some, ' UNION ALL ')),
  )
  return (await Promise.all(parts)).flat()
}

/** The newest rows of each job, from the end of the unique key, which is in the order of slots: history costs nothing. */
async function readNewest(
  { client }: Database,
  jobs: readonly JobOfSchedule[],
  limitOf: (scheduleId: string) => number,
): Promise<SlotRow[]> {
  // The engines agree on a LIMIT inside a UNION only in a subquery of its own.
  const branches = jobs.map(
    ({ scheduleId, jobName }) => sql`SELECT * FROM (
      SELECT \`id\`, \`scheduleId\`, \`jobName\`, \`status\`, \`reason\`, \`scheduledFor\`, \`firstSlot\`, \`slotCount\`,
        \`startedAt\`, \`finishedAt\` FROM \`JobRun\`
      WHERE \`scheduleId\` = ${scheduleId} AND \`jobName\` = ${jobName} AND \`scheduledFor\` IS NOT NULL
      ORDER BY \`scheduledFor\` DESC LIMIT ${raw(String(limitOf(scheduleId)))}) AS \`part\``,
  )
  const parts = [...chunksOf(branches, BRANCHES)].map((some) => client.$queryRaw<RawRow[]>(join(some, ' UNION ALL ')))
  return (await Promise.all(parts)).flat().map(toSlotRow)
}

type RawDate = Date | string
type Instants = 'firstSlot' | 'startedAt' | 'finishedAt'
// Of a column in a subquery SQLite does not say that it holds instants.
type RawRow = Omit<SlotRow, Instants | 'scheduledFor' | 'slotCount'> &
  Record<Instants, RawDate | null> & { scheduledFor: RawDate; slotCount: unknown }

function toSlotRow(row: RawRow): SlotRow {
  const instantOf = (value: RawDate | null): Date | null => (value === null ? null : new Date(value))
  return {
    ...row,
    scheduledFor: new Date(row.scheduledFor),
    slotCount: Number(row.slotCount),
    firstSlot: instantOf(row.firstSlot),
    startedAt: instantOf(row.startedAt),
    finishedAt: instantOf(row.finishedAt),
  }
}
