import { boundedCache } from './bounded-cache.js'
import { offsetReader } from './zone-offset.js'

/** A stretch of time with one offset from UTC, cut at the turn of the (UTC) year. Everything in milliseconds. */
export interface Span {
  readonly startAt: number
  /** Exclusive. */
  readonly endAt: number
  /** Local time minus UTC. */
  readonly offsetMs: number
  /** Local times before this one occurred before the span; later than its first local time after a set-back. */
  readonly firstNewWall: number
  /** The shift that begins the span; null when only the year turned. */
  readonly shift: Shift | null
}

/** Clocks were set forward (from < to: the local times between did not occur) or back (from > to: they occur again). */
export interface Shift {
  readonly at: number
  /** The first local time that had not been before the shift. */
  readonly fromWall: number
  /** The first local time after the shift. */
  readonly toWall: number
}

/** The history of a time zone's offsets. */
export interface Zone {
  spanAt(at: number): Span
}

const DAY_MS = 86_400_000
// No zone has had two shifts that cancel each other within 7 days (tz database, 1970 to 2045).
const SCAN_MS = 5 * DAY_MS
// A set-back shortly before the turn of the year still repeats local times after it.
const LEAD_MS = 2 * DAY_MS

/** The zone, with its years found once; throws TIMEZONE_INVALID. */
export const zoneOf = boundedCache(600, (timezone: string) => timezone, createZone)

function createZone(timezone: string): Zone {
  const offsetAt = offsetReader(timezone)
  const spansOf = boundedCache(50, String, (year: number) => findSpans(year, offsetAt))
  let current: Span | null = null
  return {
    spanAt(at) {
      if (current !== null && at >= current.startAt && at < current.endAt) return current
      const spans = spansOf(new Date(at).getUTCFullYear())
      current = spans.find((span) => at < span.endAt) ?? null
      if (current === null) throw new RangeError(`no span of ${timezone} at ${at}`)
      return current
    },
  }
}

function findSpans(year: number, offsetAt: (at: number) => number): Span[] {
  const yearStart = Date.UTC(year, 0, 1)
  const yearEnd = Date.UTC(year + 1, 0, 1)
  const spans: Span[] = []
  let startAt = yearStart - LEAD_MS
  let offsetMs = offsetAt(startAt)
  let lived = Number.NEGATIVE_INFINITY
  for (const endAt of [...findShifts(startAt, yearEnd, offsetAt), yearEnd]) {
    const toWall = startAt + offsetMs
    const shift = lived === Number.NEGATIVE_INFINITY ? null : { at: startAt, fromWall: lived, toWall }
    const span = { startAt, endAt, offsetMs, firstNewWall: Math.max(toWall, lived), shift }
    if (endAt > yearStart) spans.push(startAt < yearStart ? fromYearStart(span, yearStart) : span)
    lived = Math.max(lived, endAt + offsetMs)
    startAt = endAt
    offsetMs = offsetAt(endAt)
  }
  return spans
}

function fromYearStart(span: Span, yearStart: number): Span {
  const firstNewWall = Math.max(span.firstNewWall, yearStart + span.offsetMs)
  return { ...span, startAt: yearStart, firstNewWall, shift: null }
}

/** Instants in (from, to) at which the offset changes, by bisection to the second. */
function findShifts(from: number, to: number, offsetAt: (at: number) => number): number[] {
  const shifts: number[] = []
  let known = from
  while (known < to) {
    const probe = Math.min(known + SCAN_MS, to)
    const offsetMs = offsetAt(known)
    if (offsetAt(probe) === offsetMs) {
      known = probe
      continue
    }
    known = bisect(known, probe, (at) => offsetAt(at) !== offsetMs)
    if (known < to) shifts.push(known)
  }
  return shifts
}

function bisect(before: number, after: number, isAfter: (at: number) => boolean): number {
  let low = before / 1000
  let high = after / 1000
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isAfter(middle * 1000)) high = middle
    else low = middle
  }
  return high * 1000
}
