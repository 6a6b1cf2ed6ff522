import { ScheduleError } from '../errors.js'
import { durationOption } from './duration-option.js'

const TIME_OF_DAY = /^([01]?\d|2[0-3]):([0-5]\d)$/
const DURATION = /^(\d+(\.\d+)?[a-z]+\s*)+$/i
const DATE = /^\d{4}-\d{2}-\d{2}/

/** `--until`: an ISO instant, the next `HH:MM` in the zone, or a duration from now. Throws USAGE. */
export async function parseUntil(text: string, now: Date, zone: string): Promise<Date> {
  const [, hour, minute] = TIME_OF_DAY.exec(text) ?? []
  if (hour !== undefined && minute !== undefined) return nextTimeOfDay(Number(hour), Number(minute), now, zone)
  if (DURATION.test(text)) return new Date(now.getTime() + durationOption('--until')(text))
  if (DATE.test(text)) return parseInstant('--until', text, zone)
  throw new ScheduleError('USAGE', `--until: '${text}' is no time`, {
    fix: "give an instant ('2027-01-31T09:00Z'), a time of day ('18:30') or a duration ('2h')",
  })
}

/** An ISO date or instant; without an offset it is wall-clock time of the zone. Throws USAGE. */
export async function parseInstant(option: string, text: string, zone: string): Promise<Date> {
  const { DateTime } = await import('luxon')
  const parsed = DateTime.fromISO(text.trim().replace(' ', 'T'), { zone })
  if (DATE.test(text.trim()) && parsed.isValid) return parsed.toJSDate()
  throw new ScheduleError('USAGE', `${option}: '${text}' is no date`, {
    fix: `give an ISO 8601 date or instant, such as '2027-01-31' or '2027-01-31T09:00Z'`,
  })
}

async function nextTimeOfDay(hour: number, minute: number, now: Date, zone: string): Promise<Date> {
  const { DateTime } = await import('luxon')
  const today = DateTime.fromJSDate(now, { zone }).set({ hour, minute, second: 0, millisecond: 0 })
  return (today.toMillis() > now.getTime() ? today : today.plus({ days: 1 })).toJSDate()
}
