import { ScheduleError } from '../errors.js'
import { boundedCache } from './bounded-cache.js'
import { collectSlots } from './collect.js'
import type { SlotSpan } from './collect.js'
import { patternOf } from './pattern.js'
import type { CronPattern } from './pattern.js'
import { instantsOf, stretches } from './slots.js'
import type { Stretch } from './slots.js'
import { zoneOf } from './zone.js'
import type { Zone } from './zone.js'

/** A cron expression in its time zone: the instants at which a schedule runs. */
export interface CompiledCron {
  readonly cron: string
  readonly timezone: string
  /** The first slot strictly after an instant; null when there is none before the year 10000. */
  next(after: Date): Date | null
  /** The slots in (after, until], oldest first, found as they are asked for. */
  slots(after: Date, until: Date): Generator<Date>
  /** Counts the slots in (after, until] and keeps the newest `keep` of them. */
  collect(after: Date, until: Date, keep: number): SlotSpan
}

export type { SlotSpan }

// What a DATETIME column can hold.
const EARLIEST = Date.UTC(1000, 0, 1)
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Reads a cron expression and a zone once; throws CRON_INVALID or TIMEZONE_INVALID, saying why and what to write. */
export const compileCron = boundedCache(1000, (...key: [string, string]) => JSON.stringify(key), compile)

function compile(cron: string, timezone: string): CompiledCron {
  const pattern = patternOf(cron)
  const zone = zoneOf(timezone)
  return {
    cron,
    timezone,
    next: (after) => slotsBetween(pattern, zone, after, new Date(LATEST)).next().value ?? null,
    slots: (after, until) => slotsBetween(pattern, zone, after, until),
    collect: (after, until, keep) => collectSlots(stretchesBetween(pattern, zone, after, until), pattern, keep),
  }
}

function* slotsBetween(pattern: CronPattern, zone: Zone, after: Date, until: Date): Generator<Date, undefined> {
  for (const stretch of stretchesBetween(pattern, zone, after, until)) {
    for (const at of instantsOf(stretch, pattern)) yield new Date(at)
  }
}

function stretchesBetween(pattern: CronPattern, zone: Zone, after: Date, until: Date): Generator<Stretch> {
  const from = Math.max(epochMs(after), EARLIEST)
  return stretches(pattern, zone, from, Math.min(epochMs(until), LATEST))
}

function epochMs(date: Date): number {
  // Untyped callers may give a text; an app's test may give the Date of another realm.
  const ms = typeof (date as Date | null | undefined)?.getTime === 'function' ? date.getTime() : Number.NaN
  if (Number.isNaN(ms)) throw new ScheduleError('USAGE', 'not a date', { fix: 'give a valid Date' })
  return ms
}
