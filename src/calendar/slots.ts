import type { CronPattern } from './pattern.js'
import { MINUTES_PER_DAY } from './time-table.js'
import type { Span, Zone } from './zone.js'

const MINUTE_MS = 60_000
// Local time differs from UTC by less than this in every zone.
const FURTHEST_OFFSET_MS = 26 * 60 * MINUTE_MS
// cron(8): "clock changes of more than 3 hours are considered to be corrections".
const LONGEST_GAP_MS = 180 * MINUTE_MS

/** Adjacent minutes of one local day that hold slots; minutes count from 1970-01-01 00:00 local time. */
export interface Stretch {
  readonly offsetMs: number
  readonly from: number
  /** Inclusive. */
  readonly to: number
  /** The one minute after a gap at which skipped jobs run, though the pattern does not name it. */
  readonly landing: boolean
}

/** All days with slots in (after, until], in order, both in epoch milliseconds. */
export function* stretches(pattern: CronPattern, zone: Zone, after: number, until: number): Generator<Stretch> {
  for (let at = after; at <= until;) {
    const span = zone.spanAt(at)
    yield* stretchesOfSpan(pattern, span, after, until)
    // Nothing that occurs from the span's end on has a local time earlier than this.
    const next = pattern.nextMinute(Math.floor((span.endAt - FURTHEST_OFFSET_MS) / MINUTE_MS))
    if (next === null) return
    at = Math.max(span.endAt, next * MINUTE_MS - FURTHEST_OFFSET_MS)
  }
}

/** The slots of a stretch as epoch milliseconds, ascending. */
export function* instantsOf(stretch: Stretch, pattern: CronPattern): Generator<number> {
  const { from, to, offsetMs } = stretch
  if (stretch.landing) {
    yield from * MINUTE_MS - offsetMs
    return
  }
  const { times, rank } = pattern.time
  const day = Math.floor(from / MINUTES_PER_DAY) * MINUTES_PER_DAY
  const end = rank[to - day + 1] ?? 0
  for (let index = rank[from - day] ?? 0; index < end; index++) {
    yield (day + (times[index] ?? 0)) * MINUTE_MS - offsetMs
  }
}

/** How many slots a stretch holds. */
export function countOf({ from, to, landing }: Stretch, { time }: CronPattern): number {
  if (landing) return 1
  const day = Math.floor(from / MINUTES_PER_DAY) * MINUTES_PER_DAY
  return (time.rank[to - day + 1] ?? 0) - (time.rank[from - day] ?? 0)
}

/** The local minutes that clocks skipped at the start of a span, when fixed jobs make up for them; null otherwise. */
export function madeUpMinutes(
  pattern: CronPattern,
  { shift }: Span,
): { from: number; to: number; landing: number } | null {
  if (pattern.fields.wildcardTime || shift === null) return null
  const gapMs = shift.toWall - shift.fromWall
  if (gapMs <= 0 || gapMs > LONGEST_GAP_MS) return null
  const landing = Math.ceil(shift.toWall / MINUTE_MS)
  return { from: Math.ceil(shift.fromWall / MINUTE_MS), to: landing - 1, landing }
}

function* stretchesOfSpan(pattern: CronPattern, span: Span, after: number, until: number): Generator<Stretch> {
  const { offsetMs } = span
  // Fixed jobs do not run again at local times that occurred before; wildcard jobs follow elapsed time.
  const firstWall = pattern.fields.wildcardTime ? span.startAt + offsetMs : span.firstNewWall
  const from = Math.max(Math.ceil(firstWall / MINUTE_MS), Math.floor((after + offsetMs) / MINUTE_MS) + 1)
  const to = Math.min(Math.ceil((span.endAt + offsetMs) / MINUTE_MS) - 1, Math.floor((until + offsetMs) / MINUTE_MS))
  const landing = landingMinute(pattern, span)
  if (landing !== null && landing >= from && landing <= to)
    yield { offsetMs, from: landing, to: landing, landing: true }
  yield* daysBetween(pattern, offsetMs, from, to)
}

/** The minute at which jobs skipped by the span's shift run, unless the pattern names that minute anyway. */
function landingMinute(pattern: CronPattern, span: Span): number | null {
  const gap = madeUpMinutes(pattern, span)
  if (gap === null) return null
  const skipped = pattern.nextMinute(gap.from)
  if (skipped === null || skipped > gap.to) return null
  return pattern.nextMinute(gap.landing) === gap.landing ? null : gap.landing
}

function* daysBetween(pattern: CronPattern, offsetMs: number, from: number, to: number): Generator<Stretch> {
  let minute = pattern.nextMinute(from)
  while (minute !== null && minute <= to) {
    const nextDay = (Math.floor(minute / MINUTES_PER_DAY) + 1) * MINUTES_PER_DAY
    yield { offsetMs, from: minute, to: Math.min(nextDay - 1, to), landing: false }
    minute = pattern.nextMinute(nextDay)
  }
}
