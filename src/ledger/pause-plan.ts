import { closeGlobalPause, closePause, firstSlotAfter, isSlot, pauseEnd } from '../calendar/window.js'
import type { PauseAccount } from '../calendar/window.js'
import type { Schedule } from '../domain/schedule.js'
import type { GlobalPause, ScheduleChange, WriteOff } from '../store/store.js'

export interface PauseTerms {
  reason: string | null
  /** The pause ends by itself then; null: at `resume`. */
  until: Date | null
}

/** What a command changes of one schedule. */
export interface SchedulePlan {
  set: ScheduleChange
  writeOffs: WriteOff[]
}

/** Slots that pass from now on do not run; those of the cron expression are written off when the pause ends. */
export function planPause(schedule: Schedule, now: Date, terms: PauseTerms): SchedulePlan {
  const { nextRunAt } = schedule
  const nextAfterPause = terms.until === null || schedule.orphaned ? null : firstSlotAfter(schedule, terms.until)
  const set = { enabled: false, pausedReason: terms.reason, pausedUntil: terms.until, nextRunAt: nextAfterPause }
  // A due slot that the cron expression does not know (set by hand, or `firstRun`) would be in no account later.
  if (!schedule.enabled || nextRunAt === null || nextRunAt > now || isSlot(schedule, nextRunAt)) {
    return { set, writeOffs: [] }
  }
  return { set: { ...set, lastSlotAt: nextRunAt }, writeOffs: [paused(nextRunAt, nextRunAt, 1)] }
}

/** Null when the schedule is not paused. */
export function planResume(schedule: Schedule, now: Date): SchedulePlan | null {
  return schedule.enabled ? null : planWake(schedule, pauseEnd(schedule.pausedUntil, now))
}

/** What the end of a pause of everything means for one schedule; null: nothing. */
export function planResumeAll(schedule: Schedule, pause: GlobalPause, now: Date): SchedulePlan | null {
  const end = pauseEnd(pause.until, now)
  if (!schedule.enabled) return shouldHaveWoken(schedule, end) ? planWake(schedule, end) : null
  const account = closeGlobalPause(schedule, end)
  return account.skipped.count === 0 ? null : planOf(account)
}

function shouldHaveWoken({ pausedUntil, orphaned }: Schedule, end: Date): boolean {
  return !orphaned && pausedUntil !== null && pausedUntil <= end
}

function planWake(schedule: Schedule, end: Date): SchedulePlan {
  const { set, writeOffs } = planOf(closePause(schedule, end))
  return { set: { ...set, enabled: true, pausedReason: null, pausedUntil: null }, writeOffs }
}

function planOf({ skipped, lastSlotAt, nextRunAt }: PauseAccount): SchedulePlan {
  const { first, last, count } = skipped
  const writeOffs = first === null || last === null ? [] : [paused(first, last, count)]
  return { set: { lastSlotAt, nextRunAt }, writeOffs }
}

function paused(firstSlot: Date, lastSlot: Date, slotCount: number): WriteOff {
  return { status: 'SKIPPED', reason: 'paused', firstSlot, lastSlot, slotCount }
}
