import { describeCron } from '../../calendar/describe.js'
import { cadenceAdvice, isServed } from '../../calendar/advice.js'
import { markSlot, yearReport, type ShiftReport } from '../../calendar/shifts.js'
import { firstSlotAfter, laterOf } from '../../calendar/window.js'
import type { ScheduleSummary } from '../../queries/queries.js'

export interface ComingSlot {
  at: Date
  /** What a clock change does to it, for people. */
  note: string | null
}

const YEAR_MS = 366 * 86_400_000

/** The next slots of a schedule; none while it is paused, orphaned, or its cron cannot be read. */
export function comingSlots(schedule: ScheduleSummary, now: Date, count: number): ComingSlot[] {
  if (schedule.nextRunAt === null || !schedule.enabled || schedule.orphaned) return []
  const slots = [schedule.nextRunAt]
  return readable(
    () => {
      let after = [schedule.nextRunAt, schedule.lastSlotAt].reduce<Date>((late, at) => laterOf(late, at), now)
      while (slots.length < count) {
        const at = firstSlotAfter(schedule, after)
        if (at === null) break
        slots.push(at)
        after = at
      }
      return slots.map((at) => ({ at, note: markSlot(schedule.cron, schedule.timezone, at)?.note ?? null }))
    },
    slots.map((at) => ({ at, note: null })),
  )
}

/** The cron expression in words; null where it cannot be read (edited by hand in the database). */
export function cronWords(cron: string): string | null {
  return readable(() => describeCron(cron), null)
}

/** What a pass every so often makes of the schedule's slots; null when nothing, or when no pass takes any. */
export function cadenceOf(schedule: ScheduleSummary, pollIntervalMs: number): string | null {
  return readable(() => (isServed(schedule) ? cadenceAdvice(schedule, pollIntervalMs) : null), null)
}

/** What the clock changes of the next year do to the schedule. */
export function shiftsOf(schedule: ScheduleSummary, now: Date): ShiftReport {
  return readable(() => yearReport(schedule.cron, schedule.timezone, now, new Date(now.getTime() + YEAR_MS)), {
    shifted: [],
    doubled: [],
    dropped: [],
  })
}

function readable<Result>(read: () => Result, otherwise: Result): Result {
  try {
    return read()
  } catch {
    return otherwise
  }
}
