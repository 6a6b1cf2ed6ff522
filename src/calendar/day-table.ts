import type { CronFields } from './fields.js'

const DAY_MS = 86_400_000
const MONTHS_PER_YEAR = 12
const LAST_YEAR = 9999

/** The days on which a cron expression runs; days are counted from 1970-01-01. */
export interface DayTable {
  /** The first running day at or after `day`, up to the end of the year 9999. */
  nextDay(day: number): number | null
}

/** Null when no day of the Gregorian calendar ever matches, such as 30 February. */
export function createDayTable(fields: CronFields): DayTable | null {
  const maskOf = cachedMasks(fields)
  if (!everMatches(maskOf)) return null
  let from = Number.NaN
  let found: number | null = null
  return {
    nextDay(day) {
      if (day !== from) [from, found] = [day, findDay(day, maskOf)]
      return found
    },
  }
}

/** Bit d is set when day d of the month matches. A year is one of 14 kinds: leap or not, times its first weekday. */
type MaskOf = (yearKind: number, month: number) => number

function cachedMasks(fields: CronFields): MaskOf {
  const masks = new Map<number, number>()
  return (yearKind, month) => {
    const key = yearKind * MONTHS_PER_YEAR + month
    const known = masks.get(key)
    if (known !== undefined) return known
    const mask = monthMask(fields, yearKind, month)
    masks.set(key, mask)
    return mask
  }
}

function everMatches(maskOf: MaskOf): boolean {
  for (let key = 0; key < 14 * MONTHS_PER_YEAR; key++) {
    if (maskOf(Math.floor(key / MONTHS_PER_YEAR), key % MONTHS_PER_YEAR) !== 0) return true
  }
  return false
}

function findDay(day: number, maskOf: MaskOf): number | null {
  const date = new Date(day * DAY_MS)
  let year = date.getUTCFullYear()
  let month = date.getUTCMonth()
  let mask = maskOf(yearKindOf(year), month) & (-1 << date.getUTCDate())
  while (mask === 0) {
    month = (month + 1) % MONTHS_PER_YEAR
    if (month === 0) year++
    if (year > LAST_YEAR) return null
    mask = maskOf(yearKindOf(year), month)
  }
  const lowestBit = 31 - Math.clz32(mask & -mask)
  return Math.round(Date.UTC(year, month, lowestBit) / DAY_MS)
}

function monthMask(fields: CronFields, yearKind: number, month: number): number {
  if (!fields.months.includes(month + 1)) return 0
  const year = sampleYear(yearKind)
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const firstWeekday = new Date(Date.UTC(year, month, 1)).getUTCDay()
  let mask = 0
  for (let day = 1; day <= length; day++) {
    if (matchesDay(fields, day, length, (firstWeekday + day - 1) % 7)) mask |= 1 << day
  }
  return mask
}

function matchesDay(fields: CronFields, day: number, length: number, weekday: number): boolean {
  const byMonth = fields.days.includes(day) || (fields.lastDay && day === length)
  const byWeek =
    fields.weekdays.includes(weekday) ||
    fields.nthWeekdays.some((entry) => entry.weekday === weekday && entry.nth === Math.ceil(day / 7)) ||
    (fields.lastWeekdays.includes(weekday) && day + 7 > length)
  return fields.eitherDay ? byMonth || byWeek : byMonth && byWeek
}

function yearKindOf(year: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return new Date(Date.UTC(year, 0, 1)).getUTCDay() + (isLeap ? 7 : 0)
}

// The 28 years from 2001 hold every kind.
const SAMPLE_YEARS = new Map(Array.from({ length: 28 }, (_, index) => [yearKindOf(2001 + index), 2001 + index]))

function sampleYear(yearKind: number): number {
  const year = SAMPLE_YEARS.get(yearKind)
  if (year === undefined) throw new RangeError(`no kind of year: ${yearKind}`)
  return year
}
