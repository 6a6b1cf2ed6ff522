import { ScheduleError } from './errors.js'

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
type Unit = keyof typeof UNIT_MS

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]) ?)+$/
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g
const LONGEST_TEXT = 50

/** Milliseconds of `'90s'`, `'10m'`, `'1h30m'`, `'2d'`, or of a number of milliseconds; else DURATION_INVALID. */
export function parseDuration(value: string | number): number {
  const ms = typeof value === 'number' ? value : sumOfParts(value.trim())
  if (!Number.isSafeInteger(ms) || ms < 0) throw invalid(value)
  return ms
}

/** For people: `812 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`, `4 d 1 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown'
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  if (Math.round(ms / 100) < 100) return `${Math.round(ms / 100) / 10} s`
  if (Math.round(ms / 1000) < 60) return `${Math.round(ms / 1000)} s`
  if (Math.round(ms / 1000) < 3600) return twoUnits(Math.round(ms / 1000), 60, 'min', 's')
  if (Math.round(ms / 60_000) < 1440) return twoUnits(Math.round(ms / 60_000), 60, 'h', 'min')
  return twoUnits(Math.round(ms / 3_600_000), 24, 'd', 'h')
}

function sumOfParts(text: string): number {
  if (text.length > LONGEST_TEXT || !WHOLE.test(text)) return Number.NaN
  let ms = 0
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * UNIT_MS[unit as Unit]
  return Math.round(ms)
}

function twoUnits(small: number, perBig: number, bigName: string, smallName: string): string {
  const rest = small % perBig
  return `${Math.floor(small / perBig)} ${bigName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

/** `'10m'` for `10 minutes`; null where no unit can be meant. */
function respelt(text: string): string | null {
  const [, amount = '', word = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim().toLowerCase()) ?? []
  if (word.startsWith('mon')) return null
  const unit = /^(?:ms|milli)/.test(word) ? 'ms' : word.charAt(0)
  return unit in UNIT_MS ? `${amount}${unit}` : null
}

function invalid(value: string | number): ScheduleError {
  const shown = typeof value === 'number' ? String(value) : `'${value.slice(0, LONGEST_TEXT)}'`
  const bare = typeof value === 'string' && /^\d{1,9}$/.test(value.trim())
  const meant = typeof value === 'string' && value.length <= LONGEST_TEXT ? respelt(value) : null
  return new ScheduleError('DURATION_INVALID', `${shown} is not a duration${bare ? ': it has no unit' : ''}`, {
    fix: bare
      ? `write a unit, such as '${value.trim()}s' or '${value.trim()}m', or a number of milliseconds`
      : meant !== null
        ? `write '${meant}'`
        : "write a number with a unit (ms, s, m, h, d, w), such as '90s', '10m', '1h30m' or '2d', or whole milliseconds",
  })
}
