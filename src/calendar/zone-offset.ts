import { assertZoneName, unknownZone } from './zone-name.js'

const FORMAT = {
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const

/** Local time minus UTC at an instant, from the year 1000 on; both in milliseconds. Throws TIMEZONE_INVALID. */
export function offsetReader(timezone: unknown): (at: number) => number {
  assertZoneName(timezone)
  const format = openFormat(timezone)
  return (at) => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
      format.format(at).match(/\d+/g) ?? []
    ).map(Number)
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
  }
}

function openFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { ...FORMAT, timeZone, calendar: 'gregory', numberingSystem: 'latn' })
  } catch {
    throw unknownZone(timeZone)
  }
}
