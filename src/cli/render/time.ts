import { formatDuration } from '../../durations.js'

export { formatDuration }

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const UNITS = [
  { below: 60 * SECOND, ms: SECOND, name: 's' },
  { below: 60 * MINUTE, ms: MINUTE, name: 'min' },
  { below: 48 * HOUR, ms: HOUR, name: 'h' },
  { below: 60 * DAY, ms: DAY, name: 'd' },
  { below: 730 * DAY, ms: 30.44 * DAY, name: 'months' },
  { below: Infinity, ms: 365.25 * DAY, name: 'years' },
] as const

/** `in 12 min`, `3 h ago`, `now`. */
export function formatRelative(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime()
  const distance = formatDistance(Math.abs(ms))
  if (distance === null) return 'now'
  return ms > 0 ? `in ${distance}` : `${distance} ago`
}

/** The same to the minute within a day: `in 1 h 15 min`. */
export function formatRelativeToTheMinute(at: Date, now: Date): string {
  const ms = Math.abs(at.getTime() - now.getTime())
  if (ms < HOUR || ms >= DAY) return formatRelative(at, now)
  const distance = formatDuration(Math.round(ms / MINUTE) * MINUTE)
  return at > now ? `in ${distance}` : `${distance} ago`
}

/** One rounded unit: `12 min`; null below a second. */
function formatDistance(ms: number): string | null {
  if (ms < SECOND) return null
  for (const unit of UNITS) {
    const count = Math.round(ms / unit.ms)
    if (count * unit.ms < unit.below) return `${count} ${unit.name}`
  }
  return null
}

/** `Tue 24 Nov 03:00` in the zone; with the year where it is not the year of `now`. */
export function formatInstant(at: Date, zone: string, now: Date): string {
  const parts = partsIn(at, zone)
  const year = parts.year === partsIn(now, zone).year ? '' : ` ${parts.year}`
  return `${parts.weekday} ${parts.day} ${parts.month}${year} ${parts.hour}:${parts.minute}`
}

/** `Tue 24 Nov 2026 03:00:07` in the zone. */
export function formatInstantFully(at: Date, zone: string): string {
  const parts = partsIn(at, zone)
  const date = `${parts.weekday} ${parts.day} ${parts.month} ${parts.year}`
  return `${date} ${parts.hour}:${parts.minute}:${parts.second}`
}

/** `03:00:07` in the zone. */
export function formatClock(at: Date, zone: string): string {
  const parts = partsIn(at, zone)
  return `${parts.hour}:${parts.minute}:${parts.second}`
}

/** The zone's distance from UTC at an instant: `+01:00`. */
export function formatOffset(at: Date, zone: string): string {
  const name =
    formatterOf(zone)
      .formatToParts(at)
      .find((part) => part.type === 'timeZoneName')?.value ?? ''
  const offset = name.replace('GMT', '').replace('UTC', '').replace('\u2212', '-')
  return offset === '' ? '+00:00' : offset
}

/** `2026-11-24T03:00:00+01:00`: wall-clock time of the zone, ISO 8601. */
export function isoInZone(at: Date, zone: string): string {
  const parts = partsIn(at, zone)
  const month = String(MONTHS.indexOf(parts.month) + 1).padStart(2, '0')
  const date = `${parts.year.padStart(4, '0')}-${month}-${parts.day}`
  return `${date}T${parts.hour}:${parts.minute}:${parts.second}${formatOffset(at, zone)}`
}

/** The zone a person at this terminal lives in: TZ where it names one, else the system's. */
export function localZone(variables: NodeJS.ProcessEnv): string {
  const named = variables['TZ']?.replace(/^:/, '')
  if (named !== undefined && named !== '' && isZone(named)) return named
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

function isZone(zone: string): boolean {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

type PartName = 'weekday' | 'day' | 'month' | 'year' | 'hour' | 'minute' | 'second'

function partsIn(at: Date, zone: string): Record<PartName, string> {
  const parts = { weekday: '', day: '', month: '', year: '', hour: '', minute: '', second: '' }
  for (const { type, value } of formatterOf(zone).formatToParts(at)) {
    if (type in parts) parts[type as PartName] = value
  }
  return { ...parts, month: parts.month.slice(0, 3) }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  })
  formatters.set(zone, formatter)
  return formatter
}
