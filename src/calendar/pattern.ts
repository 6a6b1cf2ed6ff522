import { boundedCache } from './bounded-cache.js'
import { createDayTable } from './day-table.js'
import type { DayTable } from './day-table.js'
import type { CronFields } from './fields.js'
import { readCronFields } from './fields.js'
import { cronRefusal } from './refusal.js'
import { createTimeTable, MINUTES_PER_DAY } from './time-table.js'
import type { TimeTable } from './time-table.js'

/** When a cron expression runs on the wall clock, whatever the zone; minutes count from 1970-01-01 00:00 local time. */
export interface CronPattern extends DayTable {
  readonly fields: CronFields
  readonly time: TimeTable
  /** The first running minute at or after this one, up to the end of the year 9999. */
  nextMinute(minute: number): number | null
}

/** Reads a cron expression once; throws CRON_INVALID, also when it can never run. */
export const patternOf = boundedCache(500, (cron: string) => cron, createPattern)

function createPattern(cron: string): CronPattern {
  const fields = readCronFields(cron)
  const days = createDayTable(fields)
  if (days === null) throw neverRuns(cron, fields)
  const time = createTimeTable(fields.hours, fields.minutes)
  return { fields, time, nextDay: days.nextDay, nextMinute: (minute) => findMinute(minute, days, time) }
}

function findMinute(minute: number, days: DayTable, { times, rank }: TimeTable): number | null {
  const today = Math.floor(minute / MINUTES_PER_DAY)
  let day = days.nextDay(today)
  if (day === today) {
    const later = times[rank[minute - today * MINUTES_PER_DAY] ?? 0]
    if (later !== undefined) return today * MINUTES_PER_DAY + later
    day = days.nextDay(today + 1)
  }
  return day === null ? null : day * MINUTES_PER_DAY + (times[0] ?? 0)
}

function neverRuns(cron: string, fields: CronFields): Error {
  const [, , day, month, weekday] = fields.text.split(' ')
  const reason =
    weekday === '*' || weekday === '?'
      ? `never runs: month ${month} has no day ${day}`
      : `never runs: no day of month ${day} in month ${month} is a day of week ${weekday}`
  return cronRefusal(cron, reason, 'write a day that exists; L is the last day of every month')
}
