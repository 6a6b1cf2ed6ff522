import type { FieldRule } from './field-rules.js'
import { explainItem } from './item-refusal.js'
import { cronRefusal } from './refusal.js'

const RANGE = /^(?:(\*)|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:\/(\d{1,10}))?$/
const NTH = /^([a-z]{3}|\d)#([1-5])$/
const LAST_WEEKDAY = /^([a-z]{3}|\d)l$/

/**
 * One item of a list (lower case) as cron-parser reads it without surprise: digits only, `*` and `N/step` as plain
 * ranges, Sunday 0, or 7 where a range ends in it. Throws CRON_INVALID, naming field and reason.
 */
export function normalizeItem(item: string, rule: FieldRule, cron: string): string {
  if (rule.label === 'day of month' && item === 'l') return 'L'
  if (rule.label === 'day of week') {
    const nth = NTH.exec(item)
    if (nth?.[1] !== undefined) return `${weekday(nth[1], rule, cron)}#${nth[2]}`
    const last = LAST_WEEKDAY.exec(item)
    if (last?.[1] !== undefined) return `${weekday(last[1], rule, cron)}L`
  }
  const range = RANGE.exec(item)
  if (range === null) throw explainItem(item, rule, cron)
  return normalizeRange(item, range, rule, cron)
}

function weekday(text: string, rule: FieldRule, cron: string): number {
  return toNumber(text, rule, cron) % 7
}

function normalizeRange(item: string, match: RegExpExecArray, rule: FieldRule, cron: string): string {
  const [, star, from, to, stepText] = match
  const step = stepText === undefined ? null : toStep(stepText, rule, cron)
  const lastValue = rule.label === 'day of week' ? 6 : rule.max
  if (star !== undefined || from === undefined) return withStep(`${rule.min}-${lastValue}`, step)
  const low = toNumber(from, rule, cron)
  if (to === undefined) {
    const single = rule.label === 'day of week' ? low % 7 : low
    return step === null ? `${single}` : withStep(`${single}-${lastValue}`, step)
  }
  const [first, last] =
    rule.label === 'day of week' ? sundayAtEitherEnd(low, toNumber(to, rule, cron)) : [low, toNumber(to, rule, cron)]
  if (first > last) throw wrapped(item, first, last, rule, cron)
  return withStep(`${first}-${last}`, step)
}

function withStep(range: string, step: number | null): string {
  return step === null ? range : `${range}/${step}`
}

/** `sat-sun`, `5-0` end in Sunday, `7-2` begins with it. */
function sundayAtEitherEnd(low: number, high: number): [number, number] {
  const first = low === 7 ? 0 : low
  const last = high === 0 && first > 0 ? 7 : high
  return low === 7 && last === 7 ? [0, 0] : [first, last]
}

function toNumber(text: string, rule: FieldRule, cron: string): number {
  const value = /^\d/.test(text) ? Number(text) : rule.names.indexOf(text) + rule.min
  if (!/^\d/.test(text) && !rule.names.includes(text)) throw explainItem(text, rule, cron)
  if (value >= rule.min && value <= rule.max) return value
  throw cronRefusal(cron, `${rule.label} ${text} is outside ${rule.min}-${rule.max}`, 'write a number within the range')
}

function toStep(text: string, rule: FieldRule, cron: string): number {
  const step = Number(text)
  if (step === 0) throw cronRefusal(cron, `${rule.label} has step 0`, 'write a step of 1 or more')
  if (step <= rule.max) return step
  const reason = `step ${text} is longer than the ${rule.label} field (${rule.min}-${rule.max}), which starts again at its first value`
  throw cronRefusal(cron, reason, `write the one ${rule.label} it would match, or a step in the next field`)
}

function wrapped(item: string, first: number, last: number, rule: FieldRule, cron: string): Error {
  const top = rule.label === 'day of week' ? 6 : rule.max
  const reason = `${rule.label} range ${item} ends before it begins`
  return cronRefusal(cron, reason, `write it in two parts: ${first}-${top},${rule.min}-${last}`)
}
