import {
  closeGlobalPause,
  closePause,
  firstSlotAfter,
  isSlot,
  jumpedRanges,
  laterOf,
  pauseEnd,
} from '../calendar/window.js'
import type { PauseAccount } from '../calendar/window.js'
import type { Schedule } from '../domain/schedule.js'
import type { GlobalPause, ScheduleChange, WriteOff } from '../store/store.js'
import { writeOffRows } from './write-off.js'

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
  const alone = { first: nextRunAt, last: nextRunAt, count: 1 }
  return {
    set: { ...set, lastSlotAt: laterOf(nextRunAt, schedule.lastSlotAt) },
    writeOffs: [
      ...writeOffRows('MISSED', 'edited', jumpedRanges(schedule, now)),
      ...writeOffRows('SKIPPED', 'paused', [alone]),
    ],
  }
}

/** Null when the schedule is not paused. */
export function planResume(schedule: Schedule, now: Date): SchedulePlan | null {
  return schedule.enabled ? null : planWake(schedule, pauseEnd(schedule.pausedUntil, now))
}

/** What the end of a pause of everything means for one schedule; null: nothing. */
export function planResumeAll(schedule: Schedule, pause: GlobalPause, now: Date): SchedulePlan | null {
  const end = pauseEnd(pause.until, now)
  if (!schedule.enabled) return shouldHaveWoken(schedule, end) ? planWake(schedule, end) : null
  const { missed, ...account } = closeGlobalPause(schedule, end)
  if (account.skipped.length === 0) return null
  const { set, writeOffs } = planOf(account)
  return { set, writeOffs: [...writeOffRows('MISSED', 'edited', missed), ...writeOffs] }
}

function shouldHaveWoken({ pausedUntil, orphaned }: Schedule, end: Date): boolean {
  return !orphaned && pausedUntil !== null && pausedUntil <= end
}

function planWake(schedule: Schedule, end: Date): SchedulePlan {
  const plan = planOf(closePause(schedule, end))
  return { ...plan, set: { ...plan.set, enabled: true, pausedReason: null, pausedUntil: null } }
}

function planOf({ skipped, lastSlotAt, nextRunAt }: PauseAccount): SchedulePlan {
  return { set: { lastSlotAt, nextRunAt }, writeOffs: writeOffRows('SKIPPED', 'paused', skipped) }
}
