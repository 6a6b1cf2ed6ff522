import type { ScheduleError } from '../errors.js'
import type { FieldRule } from './field-rules.js'
import { cronRefusal, quote } from './refusal.js'

interface Cause {
  applies(item: string, rule: FieldRule): boolean
  reason(item: string, rule: FieldRule): string
  fix: string
}

const CAUSES: readonly Cause[] = [
  {
    applies: (item) => item === '',
    reason: (_, rule) => `${rule.label} has an empty list item`,
    fix: 'remove the extra comma',
  },
  {
    applies: (item) => item.includes('?'),
    reason: (item, rule) => `${rule.label} ${quote(item)}: ? must stand alone`,
    fix: 'write ? or * as the whole field',
  },
  {
    applies: (item) => /^h(?![a-z])/.test(item),
    reason: (_, rule) => `${rule.label} H (a hashed value) is not supported`,
    fix: 'write a number; to spread load use the option jitter',
  },
  {
    applies: (item) => /^(\d+|l(-\d+)?)?w$/.test(item),
    reason: (_, rule) => `${rule.label} W (nearest weekday) is not supported`,
    fix: 'write the weekdays in the last field, such as "mon-fri"',
  },
  {
    applies: (item, rule) => rule.label === 'day of month' && /^l./.test(item),
    reason: (item) => `day of month ${quote(item)}: L takes neither an offset nor a step`,
    fix: 'write L alone for the last day of the month',
  },
  {
    applies: (item, rule) => rule.label === 'day of week' && (item === 'l' || /^l\d|#l$/.test(item)),
    reason: (item) => `day of week ${quote(item)}: L needs one weekday before it`,
    fix: 'write 5L for the last Friday of the month',
  },
  {
    applies: (item, rule) => item.includes('l') && isSpecial(item) && rule.label !== 'day of week',
    reason: (item, rule) => `${rule.label} ${quote(item)}: L does not belong there`,
    fix: 'write L in the day of month, or behind one weekday (5L)',
  },
  {
    applies: (item, rule) => item.includes('#') && rule.label !== 'day of week',
    reason: (item, rule) => `${rule.label} ${quote(item)}: # belongs to the day of week`,
    fix: 'write 1#2 in the last field for the second Monday of the month',
  },
  {
    applies: (item) => item.includes('#'),
    reason: (item) => `day of week ${quote(item)}: # needs one weekday before it and 1 to 5 after it`,
    fix: 'write 1#2 for the second Monday of the month',
  },
  {
    applies: (item, rule) => rule.names.some((name) => item.startsWith(name)),
    reason: (item, rule) => `${rule.label} ${quote(item)} is not a name; names have three letters and stand alone`,
    fix: 'write names such as jan or mon, separated by , or -',
  },
  {
    applies: (item) => /^\d+$/.test(item),
    reason: (item, rule) => `${rule.label} ${quote(item)} is outside ${rule.min}-${rule.max}`,
    fix: 'write a number within the range',
  },
]

/** Why this item of a list cannot be read. */
export function explainItem(item: string, rule: FieldRule, cron: string): ScheduleError {
  const cause = CAUSES.find((candidate) => candidate.applies(item, rule))
  if (cause !== undefined) return cronRefusal(cron, cause.reason(item, rule), cause.fix)
  const names = rule.names.length === 0 ? '' : `, or a name from ${rule.names[0]} to ${rule.names.at(-1)}`
  const fix = `write numbers from ${rule.min} to ${rule.max}${names}, with * , - / only`
  return cronRefusal(cron, `${rule.label} ${quote(item)} cannot be read`, fix)
}

function isSpecial(item: string): boolean {
  return /^(l|\d+l)$/.test(item)
}
