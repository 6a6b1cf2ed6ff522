import { FIELD_RULES } from './field-rules.js'
import type { FieldRule } from './field-rules.js'
import { normalizeItem } from './items.js'
import { cronRefusal } from './refusal.js'

/** A cron expression taken apart: every item checked, in digits, Sunday 0 (7 only where a range ends in it). */
export interface CronTokens {
  /** Five fields of list items that cron-parser reads as meant. */
  readonly items: readonly (readonly string[])[]
  /** Which fields start with `*` (or are `?`). */
  readonly starred: readonly boolean[]
  /** The five fields as text, macros written out, lower case. */
  readonly text: string
}

const LONGEST_CRON = 255

const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/** Reads the dialect of docs/explanation/time.md; throws CRON_INVALID for everything else. */
export function tokenizeCron(cron: unknown): CronTokens {
  if (typeof cron !== 'string')
    throw cronRefusal(String(cron), 'is not a string', 'write five fields such as "0 3 * * *"')
  if (cron.length > LONGEST_CRON) {
    throw cronRefusal(cron, `is longer than ${LONGEST_CRON} characters`, 'write ranges and steps instead of long lists')
  }
  const text = cron.trim().toLowerCase()
  const fields = splitFields(text.startsWith('@') ? expandMacro(cron, text) : text, cron)
  const items = FIELD_RULES.map((rule, index) => splitItems(cron, fields[index] ?? '', rule))
  return { items, starred: fields.map((field) => /^[*?]/.test(field)), text: fields.join(' ') }
}

function expandMacro(cron: string, text: string): string {
  const expanded = MACROS.get(text)
  if (expanded !== undefined) return expanded
  if (text === '@reboot') {
    throw cronRefusal(
      cron,
      'there is no boot: nothing is resident between passes',
      'write when it should run, such as "@hourly"',
    )
  }
  if (text.startsWith('@every')) {
    throw cronRefusal(cron, 'intervals are not cron', 'write a step, such as "*/15 * * * *" for every 15 minutes')
  }
  throw cronRefusal(cron, 'no such macro', `write five fields, or one of ${[...MACROS.keys()].join(' ')}`)
}

function splitFields(text: string, cron: string): string[] {
  const [, zone] = /^(?:cron_)?tz=(\S+)/i.exec(cron.trim()) ?? []
  if (zone !== undefined) throw cronRefusal(cron, 'holds a time zone', `write it as an option: timezone: '${zone}'`)
  const fields = text === '' ? [] : text.split(/\s+/)
  if (fields.length === FIELD_RULES.length) return fields
  const order = 'minute, hour, day of month, month, day of week'
  if (fields.length === 0) throw cronRefusal(cron, 'is empty', `write five fields: ${order}`)
  if (fields.length === 6) {
    throw cronRefusal(cron, 'has six fields; seconds and years are not supported', sixthFieldFix(fields))
  }
  const count = fields.length === 1 ? 'one field' : `${fields.length} fields`
  throw cronRefusal(cron, `has ${count} instead of five`, `write five fields separated by spaces: ${order}`)
}

function sixthFieldFix(fields: readonly string[]): string {
  return /^\d{4}$/.test(fields[5] ?? '')
    ? `leave out the year: "${fields.slice(0, 5).join(' ')}"; startsAt and endsAt bound a schedule`
    : `leave out the seconds: "${fields.slice(1).join(' ')}"`
}

function splitItems(cron: string, field: string, rule: FieldRule): string[] {
  if (field === '?') return [normalizeItem('*', rule, cron)]
  const items = field.split(',').map((item) => normalizeItem(item, rule, cron))
  if (items.some((item) => item.includes('#')) && !items.every((item) => /[#L]/.test(item))) {
    const reason = `day of week ${field} mixes # with whole weekdays, and it is not clear what # applies to`
    throw cronRefusal(cron, reason, 'write # (or L) behind every weekday of the list, as in "1#1,3#3"')
  }
  return [...new Set(items)]
}
