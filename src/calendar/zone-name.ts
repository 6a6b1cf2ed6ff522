import { ScheduleError } from '../errors.js'
import { quote } from './refusal.js'

const LONGEST_NAME = 64
// Of every name in the tz database. What is none is refused before the first formatter is made, which takes long.
const NAME = /^[a-z][a-z0-9_+-]*(?:\/[a-z0-9_+-]+){0,2}$/i
const OFFSET = /^(?:utc|gmt(?![+-]0$))?\s*([+-])(\d{1,2})(?::?(\d{2}))?(?::\d{2})?$/i
// Zones of the tz database; ICU knows more abbreviations (PST, IST, BST…) and takes one of their meanings.
const SHORT_NAMES = new Set(['UTC', 'GMT', 'UCT', 'CET', 'EET', 'MET', 'WET', 'EST', 'MST', 'HST', 'PRC', 'ROC', 'ROK'])

/** Lets IANA names pass; throws TIMEZONE_INVALID for unknown zones, offsets and abbreviations that are no zone. */
export function assertZoneName(timezone: unknown): asserts timezone is string {
  if (typeof timezone !== 'string' || timezone.length > LONGEST_NAME || timezone.trim() === '') {
    const fix = 'write an IANA name such as "Europe/Berlin", or "UTC"'
    throw refusal(String(timezone), 'is not the name of a time zone', fix)
  }
  const offset = OFFSET.exec(timezone)
  if (offset !== null) throw offsetRefusal(timezone, offset)
  if (/^[a-z]{3}$/i.test(timezone) && !SHORT_NAMES.has(timezone.toUpperCase())) {
    const reason = 'is an abbreviation, which several places share'
    throw refusal(timezone, reason, 'write an IANA name such as "America/Los_Angeles"')
  }
  if (!NAME.test(timezone)) throw unknownZone(timezone)
}

export function unknownZone(timezone: string): ScheduleError {
  return refusal(timezone, 'is unknown', suggestion(timezone))
}

function refusal(timezone: string, reason: string, fix: string): ScheduleError {
  return new ScheduleError('TIMEZONE_INVALID', `time zone ${quote(timezone)} ${reason}`, { fix })
}

function offsetRefusal(timezone: string, [, sign, hours, minutes]: RegExpExecArray): ScheduleError {
  const wholeHours = Number(minutes ?? 0) === 0 && Number(hours) >= 1 && Number(hours) <= 12
  const fixed = wholeHours ? `, or "Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}" (its sign is reversed)` : ''
  const fix = `write the place's IANA name, such as "Europe/Berlin"${fixed}`
  return refusal(timezone, 'is an offset, which knows no daylight saving', fix)
}

function suggestion(timezone: string): string {
  const wanted = comparable(timezone)
  let best: string | null = null
  let tolerance = Math.max(1, Math.floor(wanted.length / 5))
  for (const { name, forms } of (known ??= listKnown())) {
    for (const form of forms) {
      const edits = distance(wanted, form, tolerance)
      if (edits <= tolerance) [best, tolerance] = [name, edits - 1]
    }
  }
  return best === null ? 'write an IANA name such as "Europe/Berlin", or "UTC"' : `did you mean "${best}"?`
}

interface KnownZone {
  name: string
  /** Whole, and without its region. */
  forms: string[]
}

let known: KnownZone[] | null = null

function listKnown(): KnownZone[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => {
    return { name, forms: [comparable(name), comparable(name.slice(name.lastIndexOf('/') + 1))] }
  })
}

function comparable(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9/]/g, '')
}

/** Levenshtein's; gives up, with more than `most`, as soon as it cannot be less. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const swap = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, swap))
    }
    if (Math.min(...next) > most) return most + 1
    row = next
  }
  return row[b.length] ?? 0
}
