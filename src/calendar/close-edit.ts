import type { Schedule } from '../domain/schedule.js'
import { patternOf } from './pattern.js'
import {
  accountedUntil,
  closePause,
  dueRanges,
  firstSlotAfter,
  isSlot,
  jumpedRanges,
  justBefore,
  lastOf,
  laterOf,
  pauseEnd,
  slotSpan,
  slotsWithin,
  type SlotRange,
  type Timetable,
} from './window.js'

/** What an edit of a schedule's times closes and opens: the account of the old times ends, that of the new ones begins. */
export interface EditAccount {
  /** Of the old times, passed during a pause: to be written off as SKIPPED (paused). */
  skipped: SlotRange[]
  /** Of the old times, still due or jumped over by hand: to be written off as MISSED (edited). */
  missed: SlotRange[]
  /** True when the schedule was paused and its `pausedUntil` has passed. */
  wakes: boolean
  lastSlotAt: Date | null
  nextRunAt: Date | null
  historyFrom: Date
}

/** The account of an edit to other times at `now`; the schedule is as it was before. Due slots of both times stay due. */
export function closeEdit(schedule: Schedule, times: Timetable, now: Date): EditAccount {
  const { awake, skipped, wakes } = afterPause(schedule, now)
  const keeps = (awake.enabled || wakes) && isDue(awake, now) && keepsDueSlots(awake, times, now)
  return keeps ? { ...keepDue(awake, now), skipped, wakes } : closeTimes(schedule, times, now)
}

/** The same where nothing that is due stays so. */
export function closeTimes(schedule: Schedule, times: Timetable, now: Date): EditAccount {
  const { awake, skipped, wakes } = afterPause(schedule, now)
  const { enabled, pausedUntil, orphaned } = schedule
  const missed = enabled || wakes ? joined(awake, jumpedRanges(awake, now), dueRanges(awake, now)) : []
  const lastSlotAt = lastOf(missed, awake.lastSlotAt)
  const from = enabled || wakes ? laterOf(now, lastSlotAt) : pausedUntil
  const nextRunAt = from === null || orphaned ? null : firstSlotAfter(times, from)
  return { skipped, missed, wakes, lastSlotAt, nextRunAt, historyFrom: laterOf(now, lastSlotAt) }
}

/** One range of adjacent slots; an instant that is no slot begins a range, whose count tells of it. */
function joined(times: Timetable, jumped: SlotRange[], due: SlotRange[]): SlotRange[] {
  const [before] = jumped
  const [after] = due
  if (before === undefined || after === undefined || !isSlot(times, after.first)) return [...jumped, ...due]
  return [{ first: before.first, last: after.last, count: before.count + after.count }]
}

/** The schedule with what a pause until now comes to. */
function afterPause(schedule: Schedule, now: Date): { awake: Schedule; skipped: SlotRange[]; wakes: boolean } {
  const { enabled, pausedUntil } = schedule
  if (enabled) return { awake: schedule, skipped: [], wakes: false }
  const { skipped, lastSlotAt, nextRunAt } = closePause(schedule, pauseEnd(pausedUntil, now))
  const wakes = pausedUntil !== null && pausedUntil <= now
  return { awake: { ...schedule, lastSlotAt, nextRunAt }, skipped, wakes }
}

function isDue({ nextRunAt }: Schedule, now: Date): boolean {
  return nextRunAt !== null && nextRunAt <= now
}

/** What is due stays so; the account of the new times begins with it. */
function keepDue(awake: Schedule, now: Date): Pick<EditAccount, 'missed' | 'lastSlotAt' | 'nextRunAt' | 'historyFrom'> {
  const { nextRunAt } = awake
  const missed = jumpedRanges(awake, now)
  const accounted = accountedUntil(awake)
  const historyFrom = nextRunAt === null ? accounted : laterOf(accounted, justBefore(nextRunAt))
  return { missed, lastSlotAt: lastOf(missed, awake.lastSlotAt), nextRunAt, historyFrom }
}

/** Whether every due slot of a schedule is one of the new times too, and another cron expression or zone brings no more. */
function keepsDueSlots(schedule: Schedule, times: Timetable, now: Date): boolean {
  const { nextRunAt, lastSlotAt } = schedule
  if (nextRunAt === null || !keepsSlot(schedule, times, nextRunAt)) return false
  const after = laterOf(nextRunAt, lastSlotAt)
  return isSameTable(schedule, times) ? isWithin(schedule, times, after, now) : isEqual(schedule, times, after, now)
}

/** An instant set by hand, or by `firstRun`, is no slot of either. */
function keepsSlot(old: Timetable, times: Timetable, at: Date): boolean {
  if (isSlot(old, at)) return isSlot(times, at)
  return (times.startsAt === null || at >= times.startsAt) && (times.endsAt === null || at <= times.endsAt)
}

function isSameTable(a: Timetable, b: Timetable): boolean {
  return a.timezone === b.timezone && (a.cron === b.cron || meaningOf(a.cron) === meaningOf(b.cron))
}

function meaningOf(cron: string): string {
  const { text: _, ...fields } = patternOf(cron).fields
  return JSON.stringify(fields)
}

/** Between the same cron expressions only `startsAt` and `endsAt` can take slots away. */
function isWithin(old: Timetable, times: Timetable, after: Date, until: Date): boolean {
  const { count, first, last } = slotSpan(old, after, until, 0)
  return first === null || last === null || slotSpan(times, justBefore(first), last, 0).count === count
}

// A backlog longer than this is not worth the time that comparing it takes under the schedule's lock.
const MOST_COMPARED = 10_000

function isEqual(old: Timetable, times: Timetable, after: Date, until: Date): boolean {
  const others = slotsWithin(times, after, until)
  let compared = 0
  for (const slot of slotsWithin(old, after, until)) {
    const other = others.next()
    compared += 1
    if (compared > MOST_COMPARED || other.done === true || other.value.getTime() !== slot.getTime()) return false
  }
  return others.next().done === true
}
