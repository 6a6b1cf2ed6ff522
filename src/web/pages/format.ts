import { systemClock } from '../../clock.js'
import { formatDuration } from '../../durations.js'
import { printable } from './printable.js'

const formats = new Map<string, Intl.DateTimeFormat>()
const MOST_FORMATS = 1000

/**
 * `Mon 23 Nov, 03:00` in a zone, with its year where it is not the one of `now`; in UTC where the zone is unknown to this
 * host. Seconds on demand. The script in the browser writes times alike.
 */
export function formatIn(at: Date, zone: string, seconds = false, now = systemClock.now()): string {
  const of = partsOf(at, zone)
  const time = `${of('hour')}:${of('minute')}${seconds ? `:${of('second')}` : ''}`
  const year = of('year') === partsOf(now, zone)('year') ? '' : ` ${of('year')}`
  return `${of('weekday')} ${of('day')} ${of('month')}${year}, ${time}`
}

/** `12 min ago`, `in 3 h`; the largest unit only. */
export function formatRelative(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime()
  if (Math.abs(ms) < 1000) return 'now'
  const text = coarse(Math.abs(ms))
  return ms < 0 ? `${text} ago` : `in ${text}`
}

/** `1,204`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `3 runs`, `1 run`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** `it is gone` as a sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/** The first line of an error, safe to show. */
export function firstLine(error: string): string {
  return printable(error).trimStart().split('\n', 1)[0] ?? ''
}

export { formatDuration, printable }

function coarse(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} days`
}

function partsOf(at: Date, zone: string): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  )
  return (type) => parts.get(type) ?? ''
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = makeFormat(zone)
  if (formats.size < MOST_FORMATS) formats.set(zone, made)
  return made
}

function makeFormat(zone: string): Intl.DateTimeFormat {
  const options = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  }
}
