import type { Schedule, ScheduleDefinition } from '../domain/schedule.js'
import { compileCron, type SlotSpan } from './cron.js'

/** What decides when slots are. Slots before `startsAt` and after `endsAt` do not exist; those at them do. */
export type Timetable = Pick<ScheduleDefinition, 'cron' | 'timezone' | 'startsAt' | 'endsAt'>

/** The first slot strictly after an instant; null when there is none. Throws CRON_INVALID, TIMEZONE_INVALID. */
export function firstSlotAfter(timetable: Timetable, after: Date): Date | null {
  const { cron, timezone, startsAt, endsAt } = timetable
  const slot = compileCron(cron, timezone).next(laterOf(after, startsAt && justBefore(startsAt)))
  return slot === null || (endsAt !== null && slot > endsAt) ? null : slot
}

/** Counts the slots in (after, until] and keeps the newest `keep` of them. */
export function slotSpan(timetable: Timetable, after: Date, until: Date, keep: number): SlotSpan {
  const [from, to] = clamp(timetable, after, until)
  if (from >= to) return NO_SLOTS
  return compileCron(timetable.cron, timetable.timezone).collect(from, to, keep)
}

/** The slots in (after, until], oldest first, found as they are asked for. */
export function* slotsWithin(timetable: Timetable, after: Date, until: Date): Generator<Date> {
  const [from, to] = clamp(timetable, after, until)
  if (from < to) yield* compileCron(timetable.cron, timetable.timezone).slots(from, to)
}

/** True when the instant is a slot of the timetable; `nextRunAt` may be another, set by hand or by `firstRun`. */
export function isSlot(timetable: Timetable, at: Date): boolean {
  return slotSpan(timetable, justBefore(at), at, 0).count > 0
}

/** Up to this instant every slot of the schedule has a fate. */
export function accountedUntil(schedule: Pick<Schedule, 'lastSlotAt' | 'historyFrom'>): Date {
  return laterOf(schedule.historyFrom, schedule.lastSlotAt)
}

/** When a pause that somebody ends now was over: at its `until`, if that has passed, otherwise now. */
export function pauseEnd(until: Date | null, now: Date): Date {
  return until !== null && until < now ? until : now
}

/** Adjacent slots. */
export interface SlotRange {
  first: Date
  last: Date
  count: number
}

/** Slots that passed while a schedule was paused, and where it goes on. */
export interface PauseAccount {
  /** To be written off as SKIPPED (paused), each range in one row. */
  skipped: SlotRange[]
  lastSlotAt: Date | null
  nextRunAt: Date | null
}

/** The account of a pause of one schedule that ends at `end`. */
export function closePause(schedule: Schedule, end: Date): PauseAccount {
  const accounted = accountedUntil(schedule)
  return account(schedule, rangeOf(slotSpan(schedule, accounted, end, 0)), laterOf(end, accounted))
}

/** The account of a pause of everything for a schedule that was itself enabled. */
export function closeGlobalPause(schedule: Schedule, end: Date): PauseAccount & { missed: SlotRange[] } {
  const skipped = dueRanges(schedule, end)
  const missed = skipped.length === 0 ? [] : jumpedRanges(schedule, end)
  return { ...account(schedule, skipped, skipped.length === 0 ? null : laterOf(end, schedule.lastSlotAt)), missed }
}

/**
 * The slots of an enabled schedule that are due at an instant: `nextRunAt`, whatever set it, and those after it. Set by
 * hand to before slots that have a fate already, it is a range of its own, which spans none of them.
 */
export function dueRanges(schedule: Schedule, until: Date): SlotRange[] {
  const { nextRunAt, lastSlotAt } = schedule
  if (nextRunAt === null || nextRunAt > until) return []
  const rest = slotSpan(schedule, laterOf(nextRunAt, lastSlotAt), until, 0)
  return lastSlotAt !== null && nextRunAt < lastSlotAt
    ? [{ first: nextRunAt, last: nextRunAt, count: 1 }, ...rangeOf(rest)]
    : [{ first: nextRunAt, last: rest.last ?? nextRunAt, count: rest.count + 1 }]
}

/** Slots by an instant that have no fate and are not due: a later `nextRunAt` was set by hand, or none. */
export function jumpedRanges(schedule: Schedule, until: Date): SlotRange[] {
  const { nextRunAt } = schedule
  const end = nextRunAt !== null && nextRunAt <= until ? justBefore(nextRunAt) : until
  return rangeOf(slotSpan(schedule, accountedUntil(schedule), end, 0))
}

function rangeOf({ first, last, count }: SlotSpan): SlotRange[] {
  return first === null || last === null ? [] : [{ first, last, count }]
}

/** The newest slot that has a fate once these have one. */
export function lastOf(ranges: readonly SlotRange[], lastSlotAt: Date | null): Date | null {
  return ranges.reduce<Date | null>((newest, { last }) => laterOf(last, newest), lastSlotAt)
}

const NO_SLOTS: SlotSpan = { count: 0, first: null, last: null, newest: [] }

function account(schedule: Schedule, skipped: SlotRange[], resumeAt: Date | null): PauseAccount {
  const lastSlotAt = lastOf(skipped, schedule.lastSlotAt)
  if (schedule.orphaned) return { skipped, lastSlotAt, nextRunAt: null }
  return { skipped, lastSlotAt, nextRunAt: resumeAt === null ? schedule.nextRunAt : firstSlotAfter(schedule, resumeAt) }
}

function clamp({ startsAt, endsAt }: Timetable, after: Date, until: Date): [Date, Date] {
  return [laterOf(after, startsAt && justBefore(startsAt)), endsAt !== null && endsAt < until ? endsAt : until]
}

/** Ranges exclude their start: what begins with a slot begins after this. */
export function justBefore(at: Date): Date {
  return new Date(at.getTime() - 1)
}

/** The later of two instants. */
export function laterOf(a: Date, b: Date | null): Date {
  return b !== null && b > a ? b : a
}
