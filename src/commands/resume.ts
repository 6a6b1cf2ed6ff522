import type { Schedule } from '../domain/schedule.js'
import type { AdminStore, GlobalPause, NewAuditEvent, ScheduleEdit, WriteOff } from '../store/store.js'
import { actorName } from './actor.js'
import { findSchedules } from './find-schedules.js'
import { planResume, planResumeAll, type SchedulePlan } from '../ledger/pause-plan.js'

/** Schedules edited in one transaction when everything resumes. */
const CHUNK = 500

export interface ResumedSchedule {
  /** As it is now. */
  schedule: Schedule
  /** False: it was not paused and nothing changed. */
  wasPaused: boolean
  /** Slots that passed during the pause, now SKIPPED (paused). */
  skippedSlots: number
}

export interface ResumedAll {
  /** False: nothing was paused as a whole and nothing changed. */
  wasPaused: boolean
  skippedSlots: number
  writeOffs: WriteOff[]
  /** Paused one by one: they stay so until they are resumed themselves. */
  stillPaused: Schedule[]
}

/** Ends the pause of schedules; what they missed does not run. Throws SCHEDULE_NOT_FOUND. */
export async function resumeSchedules(
  store: AdminStore,
  ids: readonly string[],
  request: { actor: string },
): Promise<ResumedSchedule[]> {
  const schedules = await findSchedules(store, ids)
  const wanted = schedules.map((schedule) => schedule.id)
  const plans = await applyPlans(store, wanted, request.actor, 'resume', planResume)
  const current = new Map((await store.readSchedules(wanted)).map((schedule) => [schedule.id, schedule]))
  return schedules.map((found) => {
    const plan = plans.get(found.id) ?? null
    return {
      schedule: current.get(found.id) ?? found,
      wasPaused: plan !== null,
      skippedSlots: slotsOf(plan?.writeOffs ?? []),
    }
  })
}

/**
 * Ends the pause of everything; slots that passed meanwhile are written off first, schedule by schedule. `over`: only that
 * pause, whose time is over; one that somebody has set since goes on.
 */
export async function resumeAll(
  store: AdminStore,
  request: { actor: string; over?: GlobalPause },
): Promise<ResumedAll> {
  const pause = request.over ?? (await store.readGlobalPause())
  const schedules = await store.readSchedules()
  const writeOffs = pause === null ? [] : await writeOffPaused(store, pause, schedules, request.actor)
  const audit = auditOf(request.actor, 'resume-all', null, slotsOf(writeOffs))
  if (request.over !== undefined) await store.endGlobalPause(request.over, audit)
  else if (pause !== null) await store.setGlobalPause(null, audit)
  const stillPaused = pause === null ? schedules : await store.readSchedules()
  return {
    wasPaused: pause !== null,
    skippedSlots: slotsOf(writeOffs),
    writeOffs,
    stillPaused: stillPaused.filter((schedule) => !schedule.enabled),
  }
}

async function writeOffPaused(
  store: AdminStore,
  pause: GlobalPause,
  schedules: readonly Schedule[],
  actor: string,
): Promise<WriteOff[]> {
  const writeOffs: WriteOff[] = []
  const ids = schedules.map((schedule) => schedule.id)
  for (let start = 0; start < ids.length; start += CHUNK) {
    const plans = await applyPlans(store, ids.slice(start, start + CHUNK), actor, 'resume-all', (schedule, now) =>
      planResumeAll(schedule, pause, now),
    )
    writeOffs.push(...[...plans.values()].flatMap((plan) => plan.writeOffs))
  }
  return writeOffs
}

async function applyPlans(
  store: AdminStore,
  ids: readonly string[],
  actor: string,
  action: string,
  planFor: (schedule: Schedule, now: Date) => SchedulePlan | null,
): Promise<Map<string, SchedulePlan>> {
  const plans = new Map<string, SchedulePlan>()
  const edit = (schedule: Schedule, now: Date): ScheduleEdit | null => {
    const plan = planFor(schedule, now)
    plans.delete(schedule.id)
    if (plan === null) return null
    plans.set(schedule.id, plan)
    return { ...plan, audit: auditOf(actor, action, schedule.id, slotsOf(plan.writeOffs)) }
  }
  await store.editSchedules({ ids, edit, audit: [] })
  return plans
}

function auditOf(actor: string, action: string, scheduleId: string | null, skippedSlots: number): NewAuditEvent {
  return { actor: actorName(actor), action, scheduleId, runId: null, detail: { skippedSlots } }
}

function slotsOf(writeOffs: readonly WriteOff[]): number {
  return writeOffs.reduce((sum, { status, slotCount }) => sum + (status === 'SKIPPED' ? slotCount : 0), 0)
}
