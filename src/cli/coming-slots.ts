import type { SlotMark } from '../calendar/shifts.js'
import type { ScheduleDefinition } from '../domain/schedule.js'
import type { ScheduleState } from '../queries/queries.js'

/** A schedule whose slots can be told, from the database or from a config. */
export interface Timetabled extends Pick<
  ScheduleDefinition,
  'id' | 'cron' | 'timezone' | 'startsAt' | 'endsAt' | 'catchUp' | 'catchUpLimit' | 'overlap'
> {
  state: ScheduleState
  nextRunAt: Date | null
  lastSlotAt: Date | null
  pausedUntil: Date | null
}

export interface ComingSlot {
  scheduleId: string
  timezone: string
  at: Date
  /** Slots that are due by now, this one the oldest; 0: it lies ahead. */
  dueSlots: number
  /** What a clock change does to it. */
  shift: SlotMark | null
}

/** The next slots of one schedule; of one that does not run those that it would have from now, or from its wake-up. */
export async function comingSlots(schedule: Timetabled, now: Date, count: number): Promise<ComingSlot[]> {
  const { firstSlotAfter, slotSpan } = await import('../calendar/window.js')
  const { markSlot } = await import('../calendar/shifts.js')
  const slots: ComingSlot[] = []
  const add = (at: Date, dueSlots: number) => {
    const { id, cron, timezone } = schedule
    slots.push({ scheduleId: id, timezone, at, dueSlots, shift: markSlot(cron, timezone, at) })
  }
  let after = laterOf(now, schedule.pausedUntil)
  if (isActive(schedule)) {
    const { nextRunAt, lastSlotAt } = schedule
    if (nextRunAt === null) return []
    // Set by hand to before slots that have a fate, it alone is due of them.
    const accounted = laterOf(nextRunAt, lastSlotAt)
    add(nextRunAt, nextRunAt <= now ? 1 + slotSpan(schedule, accounted, now, 0).count : 0)
    after = laterOf(now, accounted)
  }
  while (slots.length < count) {
    const at = firstSlotAfter(schedule, after)
    if (at === null) break
    add(at, 0)
    after = at
  }
  return slots
}

/** The next slots of all schedules that run, soonest first. */
export async function agenda(schedules: readonly Timetabled[], now: Date, count: number): Promise<ComingSlot[]> {
  const soonestFirst = schedules
    .filter((schedule) => isActive(schedule) && schedule.nextRunAt !== null)
    .sort((a, b) => (a.nextRunAt?.getTime() ?? 0) - (b.nextRunAt?.getTime() ?? 0) || compare(a.id, b.id))
  // A schedule whose first slot comes after those of `count` others has none among the first `count` slots.
  const slots = await Promise.all(soonestFirst.slice(0, count).map((schedule) => comingSlots(schedule, now, count)))
  return slots
    .flat()
    .sort((a, b) => a.at.getTime() - b.at.getTime() || compare(a.scheduleId, b.scheduleId))
    .slice(0, count)
}

/** False: its slots pass without effect. */
export function isActive({ state }: Pick<Timetabled, 'state'>): boolean {
  return state !== 'paused' && state !== 'orphaned'
}

function laterOf(a: Date, b: Date | null): Date {
  return b !== null && b > a ? b : a
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
