import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { Queries, ScheduleQuery, ScheduleSummary } from '../queries/queries.js'
import type { Acting, Client, ClientOptions } from './client.js'
import { ACTING, idOf, instantOf, optionsOf, PAUSE, REQUEST, RUN_QUERY, SCHEDULE_QUERY } from './check-arguments.js'
import { connect } from './connection.js'

/** Schedules read at once where the caller sets no limit. */
const PAGE = 1000

/** A client of the database in which passes find their work. Connects at its first call and loads no job code. */
export function createClient({ databaseUrl, actor: defaultActor = 'client' }: ClientOptions): Client {
  const connection = connect(databaseUrl)
  const actorOf = ({ actor }: Acting): string => actor ?? defaultActor
  return {
    schedules: {
      async upsert(schedule, options) {
        const actor = actorOf(optionsOf(options, ACTING))
        return await connection.write(async (store) => {
          const { upsertSchedule } = await import('../commands/upsert.js')
          return (await upsertSchedule(store, schedule, actor)).schedule
        })
      },
      async remove(id, options) {
        const [scheduleId, actor] = [idOf(id), actorOf(optionsOf(options, ACTING))]
        await connection.write(async (store) => {
          const { removeSchedule } = await import('../commands/remove.js')
          await removeSchedule(store, scheduleId, actor)
        })
      },
      async pause(id, options) {
        const [scheduleId, given] = [idOf(id), optionsOf(options, PAUSE)]
        const terms = { reason: given.reason ?? null, until: instantOf(given.until), actor: actorOf(given) }
        return await connection.write(async (store) => {
          const { pauseSchedules } = await import('../commands/pause.js')
          return only(scheduleId, await pauseSchedules(store, [scheduleId], terms))
        })
      },
      async resume(id, options) {
        const [scheduleId, actor] = [idOf(id), actorOf(optionsOf(options, ACTING))]
        return await connection.write(async (store) => {
          const { resumeSchedules } = await import('../commands/resume.js')
          return only(scheduleId, await resumeSchedules(store, [scheduleId], { actor })).schedule
        })
      },
      async list(query) {
        const wanted = optionsOf(query, SCHEDULE_QUERY)
        return await connection.read((queries) => listSchedules(queries, wanted))
      },
      async get(id) {
        const scheduleId = idOf(id)
        return await connection.read((queries) => queries.getSchedule(scheduleId))
      },
    },
    runs: {
      async request(id, options) {
        const [scheduleId, given] = [idOf(id), optionsOf(options, REQUEST)]
        const { job = null, params } = given
        const request = { scheduleId, job, ...(params === undefined ? {} : { params }), actor: actorOf(given) }
        return await connection.write(async (store) => {
          const { requestRuns } = await import('../commands/request.js')
          return (await requestRuns(store, request)).runs
        })
      },
      async cancel(id, options) {
        const [runId, actor] = [idOf(id), actorOf(optionsOf(options, ACTING))]
        return await connection.write(async (store) => {
          const { cancelRun } = await import('../commands/cancel.js')
          return (await cancelRun(store, runId, actor)).outcome
        })
      },
      async list(query) {
        const wanted = optionsOf(query, RUN_QUERY)
        return await connection.read(async (queries) => (await queries.listRuns(wanted)).runs)
      },
      async get(id) {
        const runId = idOf(id)
        return await connection.read((queries) => queries.getRun(runId))
      },
    },
    close: () => connection.close(),
  }
}

async function listSchedules(queries: Queries, query: ScheduleQuery): Promise<ScheduleSummary[]> {
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
