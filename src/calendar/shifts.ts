import { patternOf } from './pattern.js'
import type { CronPattern } from './pattern.js'
import { madeUpMinutes } from './slots.js'
import { zoneOf } from './zone.js'
import type { Shift, Span, Zone } from './zone.js'

/**
 * What a clock change does to a slot. `shifted`: its local time was skipped, it runs right after the gap; `repeated`:
 * its local time occurs for the second time; `once`: its local time occurs twice, it runs the first time only.
 */
export interface SlotMark {
  kind: 'shifted' | 'repeated' | 'once'
  /** For people: `stands for 02:30, which is skipped`. */
  note: string
}

/** Slots that one clock change touches, as local times `YYYY-MM-DD HH:mm`. */
export interface ShiftedSlots {
  /** When the clocks change. */
  changeAt: Date
  /** Positive: clocks are set forward. Minutes. */
  changeMinutes: number
  /** Local times that the cron expression names. */
  count: number
  first: string
  last: string
  /** Where shifted slots run, all of them in one; null for the others. */
  runsAt: Date | null
}

/** Slots of a period that clock changes touch. */
export interface ShiftReport {
  /** Their local time is skipped; they run once, right after the gap. */
  shifted: ShiftedSlots[]
  /** Their local time occurs twice and they run both times, because they follow elapsed time. */
  doubled: ShiftedSlots[]
  /** Their local time is skipped and they do not run. */
  dropped: ShiftedSlots[]
}

const MINUTE_MS = 60_000

/** Local minutes that a cron expression names. */
interface NamedMinutes {
  count: number
  first: number
  last: number
}

/** What a clock change does to this slot of the schedule, if anything; throws CRON_INVALID or TIMEZONE_INVALID. */
export function markSlot(cron: string, timezone: string, slot: Date): SlotMark | null {
  const pattern = patternOf(cron)
  const zone = zoneOf(timezone)
  const at = slot.getTime()
  const span = zone.spanAt(at)
  const wall = at + span.offsetMs
  const gap = madeUpMinutes(pattern, span)
  if (gap !== null && gap.landing === Math.floor(wall / MINUTE_MS)) {
    const skipped = minutesBetween(pattern, gap.from, gap.to)
    return skipped === null
      ? null
      : { kind: 'shifted', note: `stands for ${timesOf(skipped)}, skipped by the clock change` }
  }
  const time = formatWall(wall).slice(11)
  if (wall < span.firstNewWall) return { kind: 'repeated', note: `${time} for the second time` }
  if (pattern.fields.wildcardTime || !isRepeatedLater(zone, span, wall)) return null
  return { kind: 'once', note: `${time} occurs twice; runs the first time` }
}

/** The shifted, doubled and dropped slots of [from, to); throws CRON_INVALID or TIMEZONE_INVALID. */
export function yearReport(cron: string, timezone: string, from: Date, to: Date): ShiftReport {
  const pattern = patternOf(cron)
  const zone = zoneOf(timezone)
  const report: ShiftReport = { shifted: [], doubled: [], dropped: [] }
  for (let at = from.getTime(); at < to.getTime();) {
    const span = zone.spanAt(at)
    if (span.shift !== null && span.shift.at >= from.getTime()) addShift(report, pattern, span, span.shift)
    at = span.endAt
  }
  return report
}

function addShift(report: ShiftReport, pattern: CronPattern, span: Span, shift: Shift): void {
  const isForward = shift.toWall > shift.fromWall
  if (!isForward && !pattern.fields.wildcardTime) return
  const [low, high] = isForward ? [shift.fromWall, shift.toWall] : [shift.toWall, shift.fromWall]
  const slots = minutesBetween(pattern, Math.ceil(low / MINUTE_MS), Math.ceil(high / MINUTE_MS) - 1)
  if (slots === null) return
  const gap = madeUpMinutes(pattern, span)
  const list = isForward ? (gap === null ? report.dropped : report.shifted) : report.doubled
  list.push({
    changeAt: new Date(shift.at),
    changeMinutes: Math.round((shift.toWall - shift.fromWall) / MINUTE_MS),
    count: slots.count,
    first: formatWall(slots.first * MINUTE_MS),
    last: formatWall(slots.last * MINUTE_MS),
    runsAt: gap === null ? null : new Date(gap.landing * MINUTE_MS - span.offsetMs),
  })
}

function minutesBetween(pattern: CronPattern, from: number, to: number): NamedMinutes | null {
  const first = pattern.nextMinute(from)
  if (first === null || first > to) return null
  const named = { count: 1, first, last: first }
  for (let next = pattern.nextMinute(first + 1); next !== null && next <= to; next = pattern.nextMinute(next + 1)) {
    named.count++
    named.last = next
  }
  return named
}

function isRepeatedLater(zone: Zone, span: Span, wall: number): boolean {
  const { shift } = zone.spanAt(span.endAt)
  return shift !== null && wall >= shift.toWall && wall < shift.fromWall
}

function timesOf({ count, first, last }: NamedMinutes): string {
  const [from, to] = [first, last].map((minute) => formatWall(minute * MINUTE_MS).slice(11))
  return count === 1 ? `${from}` : `${count} slots from ${from} to ${to}`
}

function formatWall(wall: number): string {
  return new Date(wall).toISOString().slice(0, 16).replace('T', ' ')
}
