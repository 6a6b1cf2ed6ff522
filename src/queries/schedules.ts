import { chunksOf } from '../store/database.js'
import type { Database } from './database.js'
import { readNow } from './database-clock.js'
import type { PauseOfAll, ScheduleQuery, SchedulePage, ScheduleSummary } from './queries.js'
import { toPauseOfAll, toSchedule } from './rows.js'
import { findScheduleIds } from './schedule-search.js'
import { scheduleState } from './schedule-state.js'
import type { Schedule } from '../domain/schedule.js'
import { readByHand } from './written-by-hand.js'

const OPEN = ['RUNNING', 'QUEUED', 'PENDING']

export async function listSchedules(database: Database, query: ScheduleQuery = {}): Promise<SchedulePage> {
  const now = await readNow(database)
  const [{ ids, total }, globalPause] = await Promise.all([
    findScheduleIds(database, query, now),
    readPauseOfAll(database, now),
  ])
  // Asked also where there is none: a schema that is older shows by the columns it lacks.
  const pages = await Promise.all(
    (ids.length === 0 ? [[]] : [...chunksOf(ids)]).map((some) =>
      database.client.jobSchedule.findMany({ where: { id: { in: some } } }),
    ),
  )
  const rows = await readByHand(database, pages.flat())
  const found = new Map(rows.map((row) => [row.id, toSchedule(row)]))
  const schedules = ids.flatMap((id) => found.get(id) ?? [])
  return { now, globalPause, schedules: await summarize(database, schedules, now, globalPause), total }
}

export async function getSchedule(database: Database, id: string): Promise<ScheduleSummary | null> {
  const now = await readNow(database)
  const found = await database.client.jobSchedule.findUnique({ where: { id } })
  const [row] = await readByHand(database, found === null ? [] : [found])
  if (row === undefined) return null
  const [summary] = await summarize(database, [toSchedule(row)], now, await readPauseOfAll(database, now))
  return summary ?? null
}

/** `pause --all`, while it holds. */
export async function readPauseOfAll({ client }: Database, now: Date): Promise<PauseOfAll | null> {
  const setting = await client.runnerSetting.findUnique({ where: { name: 'pause' } })
  return toPauseOfAll(setting?.value, now)
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
  const groups = await Promise.all(
    [...chunksOf(ids)].map((some) =>
      client.jobRun.groupBy({
        by: ['scheduleId', 'status'],
        where: { status: { in: OPEN }, scheduleId: { in: some } },
        _count: { _all: true },
      }),
    ),
  )
  for (const group of groups.flat()) {
    const entry = counts.get(group.scheduleId) ?? { running: 0, waiting: 0 }
    entry[group.status === 'RUNNING' ? 'running' : 'waiting'] += group._count._all
    counts.set(group.scheduleId, entry)
  }
  return counts
}
