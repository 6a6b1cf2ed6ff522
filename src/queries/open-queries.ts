import { parseDatabaseUrl } from '../store/database-url.js'
import { listAuditEvents } from './audit-events.js'
import type { Database } from './database.js'
import { readNow } from './database-clock.js'
import { durations } from './durations.js'
import { overview, signsOfLife } from './overview.js'
import { getPass, listPasses } from './passes.js'
import type { Queries } from './queries.js'
import { toJob } from './rows.js'
import { findRunIds, getRun, timeline } from './runs.js'
import { listRuns } from './run-search.js'
import { getSchedule, listSchedules, readPauseOfAll } from './schedules.js'
import { slotRecords } from './slot-records.js'
import { slots } from './slots.js'

/**
 * Opens the database for reading. Rejects with DATABASE_UNREACHABLE naming the cause, or DATABASE_NOT_MIGRATED where
 * there is no such SQLite file: it is never created. Close it, or the process stays alive.
 */
export async function openQueries(databaseUrl: string): Promise<Queries> {
  const target = parseDatabaseUrl(databaseUrl)
  if (target.engine === 'sqlite') return queriesOf((await import('./connect-sqlite.js')).connectSqlite(target))
  return queriesOf(await (await import('./connect-mysql.js')).connectMysql(target))
}

function queriesOf(database: Database): Queries {
  return {
    engine: database.engine,
    now: () => readNow(database),
    listSchedules: (query) => listSchedules(database, query),
    getSchedule: (id) => getSchedule(database, id),
    listJobs: async () => {
      const rows = await database.client.job.findMany({ orderBy: [{ configName: 'asc' }, { position: 'asc' }] })
      return rows.map(toJob)
    },
    listRuns: (query) => listRuns(database, query),
    getRun: (id) => getRun(database, id),
    findRunIds: (ending) => findRunIds(database, ending),
    listPasses: (query) => listPasses(database, query),
    getPass: (id) => getPass(database, id),
    pauseOfAll: async () => readPauseOfAll(database, await readNow(database)),
    signsOfLife: () => signsOfLife(database),
    overview: () => overview(database),
    durations: (scheduleIds, lastRuns) => durations(database, scheduleIds, lastRuns),
    slots: (scheduleIds, count) => slots(database, scheduleIds, count),
    slotRecords: (scheduleId, from, limit) => slotRecords(database, scheduleId, from, limit),
    timeline: (query) => timeline(database, query),
    listAuditEvents: (query) => listAuditEvents(database, query),
    close: () => database.close(),
  }
}
