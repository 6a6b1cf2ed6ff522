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
  return items.filter((item) => kept.includes(item)).map((item) => shorter(item, rule.min, last))
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

/** As people write it: a range up to the last value goes without its end. */
function shorter(item: string, min: number, last: number): string {
  const [, from, to, step] = RANGE.exec(item) ?? []
  if (step === undefined || Number(to) !== last) return item
  return `${Number(from) === min ? '*' : from}/${step}`
}
