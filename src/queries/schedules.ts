import type { Database, Prisma } from './database.js'
import { pageSize } from './database.js'
import { readNow } from './database-clock.js'
import type { PauseOfAll, ScheduleQuery, SchedulePage, ScheduleSummary } from './queries.js'
import { toPauseOfAll, toSchedule } from './rows.js'
import { scheduleState } from './schedule-state.js'
import { sql } from './sql.js'
import type { Schedule } from '../domain/schedule.js'

const OPEN = ['RUNNING', 'QUEUED', 'PENDING']
const FAILING = ['FAILED', 'TIMED_OUT', 'ABANDONED']

export async function listSchedules(database: Database, query: ScheduleQuery = {}): Promise<SchedulePage> {
  const { client } = database
  const now = await readNow(database)
  const where = await whereOf(database, query, now)
  const [rows, total, globalPause] = await Promise.all([
    client.jobSchedule.findMany({
      where,
      orderBy: query.order === 'next' ? [{ nextRunAt: { sort: 'asc', nulls: 'last' } }, { id: 'asc' }] : { id: 'asc' },
      skip: Math.max(0, query.offset ?? 0),
      take: pageSize(query.limit, 1000, 10_000),
    }),
    client.jobSchedule.count({ where }),
    readPauseOfAll(database, now),
  ])
  return { now, globalPause, schedules: await summarize(database, rows.map(toSchedule), now, globalPause), total }
}

export async function getSchedule(database: Database, id: string): Promise<ScheduleSummary | null> {
  const now = await readNow(database)
  const row = await database.client.jobSchedule.findUnique({ where: { id } })
  if (row === null) return null
  const [summary] = await summarize(database, [toSchedule(row)], now, await readPauseOfAll(database, now))
  return summary ?? null
}

/** `pause --all`, while it holds. */
export async function readPauseOfAll({ client }: Database, now: Date): Promise<PauseOfAll | null> {
  const setting = await client.runnerSetting.findUnique({ where: { name: 'pause' } })
  return toPauseOfAll(setting?.value, now)
}

/** One meaning for counting and for listing. */
export function filterOf(filter: NonNullable<ScheduleQuery['filter']>, now: Date): Prisma.JobScheduleWhereInput {
  return {
    active: { enabled: true, orphaned: false },
    paused: { enabled: false, orphaned: false },
    orphaned: { orphaned: true },
    failing: { orphaned: false, lastStatus: { in: FAILING } },
    due: { enabled: true, orphaned: false, nextRunAt: { lte: now } },
  }[filter]
}

async function whereOf(
  database: Database,
  { filter, search }: ScheduleQuery,
  now: Date,
): Promise<Prisma.JobScheduleWhereInput> {
  return {
    ...(filter === undefined ? {} : filterOf(filter, now)),
    ...(search === undefined || search === '' ? {} : { id: { in: await findIds(database, search) } }),
  }
}

// Prisma's `contains` takes _ and % for wildcards and differs in case between engines.
async function findIds({ client }: Database, search: string): Promise<string[]> {
  const rows = await client.$queryRaw<{ id: string }[]>(
    sql`SELECT \`id\` FROM \`JobSchedule\` WHERE INSTR(LOWER(\`id\`), ${search.toLowerCase()}) > 0 LIMIT 10000`,
  )
  return rows.map((row) => row.id)
}

async function summarize(
  database: Database,
  schedules: Schedule[],
  now: Date,
  globalPause: PauseOfAll | null,
): Promise<ScheduleSummary[]> {
  const open = await countOpenRuns(
    database,
    schedules.map((schedule) => schedule.id),
  )
  return schedules.map((schedule) => {
    const counts = open.get(schedule.id) ?? { running: 0, waiting: 0 }
    const state = scheduleState(schedule, now, { runningRuns: counts.running, allPaused: globalPause !== null })
    return { ...schedule, state, runningRuns: counts.running, waitingRuns: counts.waiting }
  })
}

async function countOpenRuns(
  { client }: Database,
  ids: string[],
): Promise<Map<string, { running: number; waiting: number }>> {
  const counts = new Map<string, { running: number; waiting: number }>()
  if (ids.length === 0) return counts
  const groups = await client.jobRun.groupBy({
    by: ['scheduleId', 'status'],
    where: { status: { in: OPEN }, scheduleId: { in: ids } },
    _count: { _all: true },
  })
  for (const group of groups) {
    const entry = counts.get(group.scheduleId) ?? { running: 0, waiting: 0 }
    entry[group.status === 'RUNNING' ? 'running' : 'waiting'] += group._count._all
    counts.set(group.scheduleId, entry)
  }
  return counts
}
