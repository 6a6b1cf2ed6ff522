import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore, GlobalPause, ScheduleEdit } from '../store/store.js'
import { actorName } from './actor.js'
import { findSchedules } from './find-schedules.js'
import { planPause, type PauseTerms } from '../ledger/pause-plan.js'

/** JobSchedule.pausedReason holds this many characters. */
export const LONGEST_REASON = 1000

/** What a DATETIME column can hold. */
const LATEST = new Date(Date.UTC(9999, 11, 31, 23, 59, 59, 999))

export interface PauseRequest extends Partial<PauseTerms> {
  actor: string
}

/** Pauses schedules, or changes the terms of their pause. Throws SCHEDULE_NOT_FOUND, USAGE. Returns them as they are then. */
export async function pauseSchedules(
  store: AdminStore,
  ids: readonly string[],
  request: PauseRequest,
): Promise<Schedule[]> {
  const terms = checkTerms(request, await store.now())
  const schedules = await findSchedules(store, ids)
  const actor = actorName(request.actor)
  const edited = await store.editSchedules({
    ids: schedules.map((schedule) => schedule.id),
    edit: (schedule, now): ScheduleEdit => ({
      ...planPause(schedule, now, terms),
      audit: { actor, action: 'pause', scheduleId: schedule.id, runId: null, detail: detailOf(terms) },
    }),
    audit: [],
  })
  const now = new Map(edited.map((schedule) => [schedule.id, schedule]))
  return schedules.flatMap((schedule) => now.get(schedule.id) ?? [])
}

/** Stops every schedule, those to come included, until `resumeAll` or `until`. Requests still run. Throws USAGE. */
export async function pauseAll(store: AdminStore, request: PauseRequest): Promise<GlobalPause> {
  const now = await store.now()
  const terms = checkTerms(request, now)
  const current = await store.readGlobalPause()
  const goesOn = current !== null && (current.until === null || current.until > now)
  const pause = { ...terms, at: goesOn ? current.at : now }
  await store.setGlobalPause(pause, {
    actor: actorName(request.actor),
    action: 'pause-all',
    scheduleId: null,
    runId: null,
    detail: detailOf(terms),
  })
  return pause
}

function checkTerms({ reason = null, until = null }: PauseRequest, now: Date): PauseTerms {
  if (until !== null && !(until > now)) {
    throw new ScheduleError('USAGE', `a pause cannot end in the past: it is ${now.toISOString()} in the database`, {
      fix: 'give a later time, or a duration such as 2h',
    })
  }
  if (until !== null && until > LATEST) {
    throw new ScheduleError('USAGE', 'a pause cannot end after the year 9999', {
      fix: 'leave out its end: it then lasts until somebody resumes',
    })
  }
  if (reason !== null && reason.length > LONGEST_REASON) {
    throw new ScheduleError('USAGE', `the reason has ${reason.length} characters, ${LONGEST_REASON} are kept`, {
      fix: 'shorten the reason',
    })
  }
  return { reason: reason === '' ? null : reason, until }
}

function detailOf({ reason, until }: PauseTerms): { reason: string | null; until: string | null } {
  return { reason, until: until?.toISOString() ?? null }
}
