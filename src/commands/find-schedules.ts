import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore } from '../store/store.js'
import { quoted, suggestNames } from './near-names.js'

/** SCHEDULE_NOT_FOUND that knows which ids were asked for in vain. */
export class SchedulesNotFound extends ScheduleError {
  readonly ids: readonly string[]

  constructor(ids: readonly string[], message: string, fix: string) {
    super('SCHEDULE_NOT_FOUND', message, { fix })
    this.ids = ids
  }
}

/** The schedules of these ids in the order asked for, each once. Throws SCHEDULE_NOT_FOUND, which lists near names. */
export async function findSchedules(store: AdminStore, ids: readonly string[]): Promise<Schedule[]> {
  const wanted = [...new Set(ids)]
  const found = new Map((await store.readSchedules(wanted)).map((schedule) => [schedule.id, schedule]))
  const missing = wanted.filter((id) => !found.has(id))
  if (missing.length > 0) throw notFound(missing, await store.readSchedules())
  return wanted.flatMap((id) => found.get(id) ?? [])
}

export async function findSchedule(store: AdminStore, id: string): Promise<Schedule> {
  const [schedule] = await findSchedules(store, [id])
  if (schedule === undefined) throw notFound([id], [])
  return schedule
}

function notFound(missing: readonly string[], known: readonly Schedule[]): SchedulesNotFound {
  const what = missing.length === 1 ? 'no schedule' : 'no schedules'
  if (known.length === 0) {
    return new SchedulesNotFound(
      missing,
      `${what} ${quoted(missing, 'and')}: the database holds none yet`,
      'make a pass with the config that defines it: `npx run-due-schedules`',
    )
  }
  const names = known.map((schedule) => schedule.id).sort()
  const fix = missing.map((id) => suggestNames(id, names, 'schedules')).join('; ')
  return new SchedulesNotFound(missing, `${what} ${quoted(missing, 'and')}`, fix)
}
