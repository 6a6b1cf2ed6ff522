import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { Queries, ScheduleQuery, ScheduleSummary } from '../queries/queries.js'
import type { Acting, Client, ClientOptions } from './client.js'
import { connect } from './connection.js'

/** Schedules read at once where the caller sets no limit. */
const PAGE = 1000

/** A client of the database in which passes find their work. Connects at its first call and loads no job code. */
export function createClient({ databaseUrl, actor: defaultActor = 'client' }: ClientOptions): Client {
  const connection = connect(databaseUrl)
  const actorOf = (options: Acting | undefined): string => options?.actor ?? defaultActor
  return {
    schedules: {
      upsert: (schedule, options) =>
        connection.write(async (store) => {
          const { upsertSchedule } = await import('../commands/upsert.js')
          return (await upsertSchedule(store, schedule, actorOf(options))).schedule
        }),
      remove: (id, options) =>
        connection.write(async (store) => {
          const { removeSchedule } = await import('../commands/remove.js')
          await removeSchedule(store, id, actorOf(options))
        }),
      pause: (id, options = {}) =>
        connection.write(async (store) => {
          const { pauseSchedules } = await import('../commands/pause.js')
          const terms = { reason: options.reason ?? null, until: instantOf(options.until) }
          return only(id, await pauseSchedules(store, [id], { ...terms, actor: actorOf(options) }))
        }),
      resume: (id, options) =>
        connection.write(async (store) => {
          const { resumeSchedules } = await import('../commands/resume.js')
          return only(id, await resumeSchedules(store, [id], { actor: actorOf(options) })).schedule
        }),
      list: (query) => connection.read((queries) => listSchedules(queries, query)),
      get: (id) => connection.read((queries) => queries.getSchedule(id)),
    },
    runs: {
      request: (scheduleId, options = {}) =>
        connection.write(async (store) => {
          const { requestRuns } = await import('../commands/request.js')
          const { job = null, params } = options
          const replaced = params === undefined ? {} : { params }
          return (await requestRuns(store, { scheduleId, job, ...replaced, actor: actorOf(options) })).runs
        }),
      cancel: (runId, options) =>
        connection.write(async (store) => {
          const { cancelRun } = await import('../commands/cancel.js')
          return (await cancelRun(store, runId, actorOf(options))).outcome
        }),
      list: (query) => connection.read(async (queries) => (await queries.listRuns(query)).runs),
      get: (runId) => connection.read((queries) => queries.getRun(runId)),
    },
    close: () => connection.close(),
  }
}

async function listSchedules(queries: Queries, query: ScheduleQuery = {}): Promise<ScheduleSummary[]> {
  if (query.limit !== undefined) return (await queries.listSchedules(query)).schedules
  const found: ScheduleSummary[] = []
  for (let offset = query.offset ?? 0; ; offset += PAGE) {
    const { schedules } = await queries.listSchedules({ ...query, offset, limit: PAGE })
    found.push(...schedules)
    if (schedules.length < PAGE) return found
  }
}

function only<T extends Schedule | { schedule: Schedule }>(id: string, [result]: readonly T[]): T {
  if (result !== undefined) return result
  throw new ScheduleError('SCHEDULE_NOT_FOUND', `schedule '${id}' was removed meanwhile`)
}

function instantOf(value: Date | string | undefined): Date | null {
  if (value === undefined) return null
  const instant = typeof value === 'string' ? new Date(value) : value
  if (!Number.isNaN(instant.getTime())) return instant
  throw new ScheduleError(
    'USAGE',
    `until: ${typeof value === 'string' ? `'${value}'` : 'an invalid Date'} is no instant`,
    {
      fix: "give a Date or an ISO 8601 instant such as '2027-01-31T09:00:00Z'",
    },
  )
}
