import { closeEdit, closeTimes, type EditAccount } from '../calendar/close-edit.js'
import { accountedUntil, firstSlotAfter, type Timetable } from '../calendar/window.js'
import type { Schedule, ScheduleDefinition } from '../domain/schedule.js'
import type { ScheduleChange } from '../store/store.js'
import type { SchedulePlan } from './pause-plan.js'
import { writeOffRows } from './write-off.js'

/** What an edited definition makes of its row. `enabled` is left alone: after creation the database owns it. */
export function planDefinition(
  schedule: Schedule,
  definition: ScheduleDefinition,
  hash: string,
  now: Date,
): SchedulePlan {
  const { id: _id, enabled: _enabled, ...columns } = definition
  const set: ScheduleChange = { ...columns, definitionHash: hash, orphaned: false }
  if (!schedule.orphaned && sameTimes(schedule, definition)) return { set, writeOffs: [] }
  const times = planOf(
    schedule.orphaned ? closeTimes(returned(schedule), definition, now) : closeEdit(schedule, definition, now),
  )
  return { set: { ...set, ...times.set }, writeOffs: times.writeOffs }
}

function planOf({ skipped, missed, wakes, lastSlotAt, nextRunAt, historyFrom }: EditAccount): SchedulePlan {
  const woken = wakes ? { enabled: true, pausedReason: null, pausedUntil: null } : {}
  return {
    set: { ...woken, lastSlotAt, nextRunAt, historyFrom },
    writeOffs: [...writeOffRows('SKIPPED', 'paused', skipped), ...writeOffRows('MISSED', 'edited', missed)],
  }
}

/** As it would be had it not been orphaned: what passed meanwhile is due, and so is written off. */
function returned(schedule: Schedule): Schedule {
  const nextRunAt = schedule.enabled ? firstSlotAfter(schedule, accountedUntil(schedule)) : schedule.nextRunAt
  return { ...schedule, orphaned: false, nextRunAt }
}

/** The row of a schedule that is new. */
export function newSchedule(
  definition: ScheduleDefinition,
  hash: string,
  now: Date,
): Omit<Schedule, 'source' | 'configName' | 'createdAt' | 'updatedAt'> {
  return {
    ...definition,
    definitionHash: hash,
    nextRunAt: definition.enabled ? firstSlotOf(definition, now) : null,
    historyFrom: now,
    pausedReason: null,
    pausedUntil: null,
    lastSlotAt: null,
    lastRunAt: null,
    lastFinishedSlotAt: null,
    lastStatus: null,
    lastError: null,
    consecutiveFailures: 0,
    orphaned: false,
  }
}

/** The first slot of a schedule that is created now; of `firstRun: 'immediately'` that is now. */
export function firstSlotOf(definition: ScheduleDefinition, now: Date): Date | null {
  const { startsAt, endsAt, firstRun } = definition
  const at = startsAt !== null && startsAt > now ? startsAt : now
  return firstRun === 'immediately' && (endsAt === null || endsAt >= at) ? at : firstSlotAfter(definition, now)
}

function sameTimes(a: Timetable, b: Timetable): boolean {
  return (
    a.cron === b.cron &&
    a.timezone === b.timezone &&
    a.startsAt?.getTime() === b.startsAt?.getTime() &&
    a.endsAt?.getTime() === b.endsAt?.getTime()
  )
}
