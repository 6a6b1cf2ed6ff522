import { openQueries } from '../../src/queries/open-queries.js'
import type { AuditEvent, Queries } from '../../src/queries/queries.js'
import type { Run } from '../../src/domain/run.js'
import type { JobRow, Schedule } from '../../src/domain/schedule.js'
import { openStore } from '../../src/store/open-store.js'
import type { Store } from '../../src/store/store.js'
import type { TestDatabase, TestEngine } from '../support/servers.js'
import { scheduleRow } from '../support/schedule-row.js'

/** Jobs of two configs, as passes of theirs would have left them. */
export const JOBS: JobRow[] = [
  job('backup-db', 'nightly', 'default', 1),
  job('send-digests', 'email', 'default', 0),
  job('rotate-logs', 'nightly', 'default', 2),
  job('gone', 'nightly', 'default', 3, true),
  job('elsewhere', 'nightly', 'other', 0),
]

const HISTORY_FROM = new Date('2026-11-23T00:00:00Z')

/** A database with jobs, the write side under test, and the read side to look at what it did. */
export interface TestRoom {
  url: string
  store: Store
  /** Another connection, for races. */
  rival: Store
  queries: Queries
  addSchedule(change: Partial<Schedule> & { id: string }): Promise<Schedule>
  schedule(id: string): Promise<Schedule>
  /** All runs of a schedule, oldest first. */
  runs(scheduleId: string): Promise<Run[]>
  audits(scheduleId: string): Promise<AuditEvent[]>
  close(): Promise<void>
}

export async function openRoom(engine: TestEngine): Promise<TestRoom> {
  const database = await engine.createDatabase()
  const store = await openStore({ databaseUrl: database.url })
  const rival = await openStore({ databaseUrl: database.url })
  await store.writeJobs(JOBS)
  const queries = await openQueries(database.url)
  return {
    url: database.url,
    store,
    rival,
    queries,
    addSchedule: (change) => addSchedule(store, change),
    schedule: async (id) => found((await store.readSchedules([id]))[0]),
    runs: async (scheduleId) => readRuns(store, queries, scheduleId),
    audits: async (scheduleId) => (await queries.listAuditEvents({ scheduleId })).events,
    close: () => closeAll([queries, store, rival], database),
  }
}

async function addSchedule(store: Store, change: Partial<Schedule> & { id: string }): Promise<Schedule> {
  const {
    createdAt: _createdAt,
    updatedAt: _updatedAt,
    ...row
  } = scheduleRow({ historyFrom: HISTORY_FROM, nextRunAt: new Date(HISTORY_FROM.getTime() + 3_600_000), ...change })
  await store.editSchedules({ ids: [], edit: () => null, insert: () => [row], audit: [] })
  return found((await store.readSchedules([change.id]))[0])
}

async function readRuns(store: Store, queries: Queries, scheduleId: string): Promise<Run[]> {
  const { runs } = await queries.listRuns({ scheduleId, limit: 500 })
  const whole = await Promise.all(runs.toReversed().map((run) => store.readRun(run.id)))
  return whole.map(found)
}

async function closeAll(open: readonly { close(): Promise<void> }[], database: TestDatabase): Promise<void> {
  for (const each of open) await each.close()
  await database.drop()
}

export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('not found')
  return value
}

function job(name: string, jobGroup: string, configName: string, position: number, orphaned = false): JobRow {
  return { name, jobGroup, description: null, configName, position, definitionHash: 'a', orphaned }
}
