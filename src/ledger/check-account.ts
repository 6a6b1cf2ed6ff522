import { accountedUntil, isSlot, laterOf, slotSpan, type SlotRange } from '../calendar/window.js'
import type { Trigger } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'

/** What a row of history says of slots: one that ran, or adjacent ones that did not. */
export interface AccountRow {
  /** False: a run; true: a row with jobName '*'. */
  isWriteOff: boolean
  trigger: Trigger
  /** Set on write-offs. */
  firstSlot: Date | null
  /** The slot, or the last of several. */
  scheduledFor: Date
  slotCount: number
}

export interface AccountCheck {
  /** The slots in (from, until] were looked at. */
  from: Date
  until: Date
  slots: number
  /** Slots without any row: nobody can say what became of them. */
  holes: SlotRange[]
  /** Slots with two fates. */
  overlaps: SlotRange[]
  /** Write-offs whose `slotCount` is not the number of slots that they span. */
  miscounted: (SlotRange & { recorded: number })[]
}

export type AccountedSchedule = Pick<
  Schedule,
  'cron' | 'timezone' | 'startsAt' | 'endsAt' | 'enabled' | 'orphaned' | 'nextRunAt' | 'lastSlotAt' | 'historyFrom'
>

/**
 * Walks the history of a schedule: every slot after `from` (`historyFrom`, or later where only newer rows were read) must
 * have one fate, or still be due, or pass during a pause that has not ended. Pure. Throws CRON_INVALID, TIMEZONE_INVALID.
 */
export function checkAccount(
  schedule: AccountedSchedule,
  rows: readonly AccountRow[],
  now: Date,
  from: Date = schedule.historyFrom,
): AccountCheck {
  const until = laterOf(from, settledUntil(schedule, now))
  const check: AccountCheck = { from, until, slots: 0, holes: [], overlaps: [], miscounted: [] }
  check.slots = slotSpan(schedule, from, until, 0).count
  let covered = from
  for (const span of spansOf(rows)) {
    if (span.last <= from || (span.mayRepeat && span.last <= covered)) continue
    if (span.first > covered) addRange(check.holes, schedule, covered, earlierOf(before(span.first), until))
    else if (covered > from) {
      addRange(check.overlaps, schedule, laterOf(from, before(span.first)), earlierOf(span.last, covered))
    }
    if (span.isWriteOff && span.first > from) checkCount(check, schedule, span)
    covered = laterOf(covered, span.last)
  }
  addRange(check.holes, schedule, covered, until)
  return check
}

/** Up to this instant slots must have a row: later ones are due, lie ahead, or pass during a pause. */
function settledUntil(schedule: AccountedSchedule, now: Date): Date {
  const accounted = accountedUntil(schedule)
  if (!schedule.enabled || schedule.orphaned) return accounted
  const { nextRunAt } = schedule
  return laterOf(accounted, nextRunAt === null ? now : earlierOf(before(nextRunAt), now))
}

interface Span {
  first: Date
  last: Date
  isWriteOff: boolean
  /** A backfilled slot keeps the row that says why it had not run. */
  mayRepeat: boolean
  recorded: number
}

/** Write-offs, and slots whatever the number of their jobs, in the order of their first slots. */
function spansOf(rows: readonly AccountRow[]): Span[] {
  const spans = new Map<string, Span>()
  for (const { isWriteOff, trigger, firstSlot, scheduledFor: last, slotCount: recorded } of rows) {
    const first = firstSlot ?? last
    const key = `${isWriteOff} ${first.getTime()} ${last.getTime()}`
    const mayRepeat = trigger === 'BACKFILL' && (spans.get(key)?.mayRepeat ?? true)
    spans.set(key, { first, last, isWriteOff, mayRepeat, recorded })
  }
  return [...spans.values()].sort(
    (a, b) => a.first.getTime() - b.first.getTime() || Number(b.isWriteOff) - Number(a.isWriteOff),
  )
}

function checkCount(check: AccountCheck, schedule: AccountedSchedule, { first, last, recorded }: Span): void {
  // A first slot set by hand, or by `firstRun`, is none of the cron expression's.
  const extra = isSlot(schedule, first) ? 0 : 1
  const count = slotSpan(schedule, before(first), last, 0).count + extra
  if (count !== recorded) check.miscounted.push({ first, last, count, recorded })
}

function addRange(ranges: SlotRange[], schedule: AccountedSchedule, after: Date, until: Date): void {
  const { count, first, last } = slotSpan(schedule, after, until, 0)
  if (first !== null && last !== null) ranges.push({ first, last, count })
}

function before(at: Date): Date {
  return new Date(at.getTime() - 1)
}

function earlierOf(a: Date, b: Date): Date {
  return a < b ? a : b
}
