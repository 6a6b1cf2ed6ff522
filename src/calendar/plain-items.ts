import type { FieldRule } from './field-rules.js'

const RANGE = /^(\d+)(?:-(\d+)(?:\/(\d+))?)?$/

/** A field's items without what repeats, shortest spelling first: `*` alone where every value is named. */
export function plainItems(items: readonly string[], rule: FieldRule): string[] {
  const kept: string[] = []
  const widestFirst = [...items].sort((a, b) => valuesOf(b).length - valuesOf(a).length)
  const named = new Set<number>()
  for (const item of widestFirst) {
    const values = valuesOf(item)
    if (values.length > 0 && values.every((value) => named.has(normal(value, rule)))) continue
    for (const value of values) named.add(normal(value, rule))
    kept.push(item)
  }
  const last = lastOf(rule)
  if (named.size === last - rule.min + 1) return ['*']
  return items.filter((item) => kept.includes(item)).map((item) => shorter(item, rule))
}

/** Empty for `L` and `#`, which name days that differ from month to month. */
function valuesOf(item: string): number[] {
  const [, from, to = from, step = '1'] = RANGE.exec(item) ?? []
  if (from === undefined) return []
  const values: number[] = []
  for (let value = Number(from); value <= Number(to); value += Number(step)) values.push(value)
  return values
}

function normal(value: number, rule: FieldRule): number {
  return rule.label === 'day of week' ? value % 7 : value
}

function lastOf(rule: FieldRule): number {
  return rule.label === 'day of week' ? 6 : rule.max
}

/** As people say it: a range up to the last value goes without its end, and steps that mislead are written out. */
function shorter(item: string, rule: FieldRule): string {
  const [, from = '', to, step] = RANGE.exec(item) ?? []
  const values = valuesOf(item)
  if (values.length === 1) return from
  if (step === undefined) return item
  if (isMisleading(Number(from), Number(step), values.length, rule))
    return values.map((value) => normal(value, rule)).join(',')
  return Number(to) === lastOf(rule) ? `${Number(from) === rule.min ? '*' : from}/${step}` : item
}

// More than these are worse to read than what they would mend.
const MOST_WRITTEN_OUT = 5

/** `every 2 days of the week` does not say which; `every 45 minutes` is twice an hour, 45 and 15 minutes apart. */
function isMisleading(from: number, step: number, count: number, rule: FieldRule): boolean {
  if (rule.label === 'day of week') return true
  if (rule.label !== 'minute' && rule.label !== 'hour') return false
  const isEven = (rule.max + 1) % step === 0 && from < step
  return !isEven && count <= MOST_WRITTEN_OUT && from + count * step > rule.max
}
