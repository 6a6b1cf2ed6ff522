import type { Clock } from '../clock.js'
import { suggestNames } from '../commands/near-names.js'
import type { Config } from '../config/config.js'
import { ScheduleError } from '../errors.js'
import type { PauseOfAll, Queries, ScheduleSummary } from '../queries/queries.js'
import type { Timetabled } from './coming-slots.js'

const MOST_SCHEDULES = 10_000

export interface Timetables {
  now: Date
  source: 'database' | 'config'
  globalPause: PauseOfAll | null
  schedules: Timetabled[]
}

/** All schedules, or the one that is named, from the database; from the config while there is no database. */
export async function readTimetables(
  room: { queries: Queries | null; config: Config | null },
  clock: Clock,
  id: string | undefined,
): Promise<Timetables> {
  const timetables =
    room.queries === null ? await fromConfig(room.config, clock.now()) : await fromDatabase(room.queries)
  if (id === undefined) return timetables
  const schedules = timetables.schedules.filter((schedule) => schedule.id === id)
  if (schedules.length === 0) throw noSuchSchedule(id, timetables)
  return { ...timetables, schedules }
}

async function fromDatabase(queries: Queries): Promise<Timetables> {
  const { now, globalPause, schedules } = await queries.listSchedules({ limit: MOST_SCHEDULES })
  return {
    now,
    source: 'database',
    globalPause,
    schedules: schedules.map((schedule) => underPause(schedule, globalPause)),
  }
}

/** Under a pause of everything a running schedule is paused as well. */
function underPause(schedule: ScheduleSummary, globalPause: PauseOfAll | null): Timetabled {
  const until = schedule.enabled ? (globalPause?.until ?? null) : schedule.pausedUntil
  const state = globalPause !== null && schedule.state === 'running' ? 'paused' : schedule.state
  return { ...schedule, state, pausedUntil: state === 'paused' ? until : null }
}

async function fromConfig(config: Config | null, now: Date): Promise<Timetables> {
  const { firstSlotOf } = await import('../ledger/edit-plan.js')
  const schedules = (config?.schedules ?? []).map(({ definition }): Timetabled => {
    const nextRunAt = firstSlotOf(definition, now)
    return { ...definition, state: stateOf(definition.enabled, nextRunAt, now), nextRunAt, ...NEVER_RUN }
  })
  return { now, source: 'config', globalPause: null, schedules }
}

const NEVER_RUN = { lastSlotAt: null, pausedUntil: null }

function stateOf(enabled: boolean, nextRunAt: Date | null, now: Date): Timetabled['state'] {
  if (!enabled) return 'paused'
  if (nextRunAt === null) return 'ended'
  return nextRunAt <= now ? 'due' : 'waiting'
}

function noSuchSchedule(id: string, { source, schedules }: Timetables): ScheduleError {
  const names = schedules.map((schedule) => schedule.id)
  return new ScheduleError('SCHEDULE_NOT_FOUND', `no schedule '${id}' in the ${source}`, {
    fix: suggestNames(id, names, 'schedules'),
  })
}
