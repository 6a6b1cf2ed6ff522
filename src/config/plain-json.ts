import type { JsonValue } from '../domain/json.js'
import { ScheduleError } from '../errors.js'

const DEEPEST_JSON = 100

/** What a field's reader throws. */
export function rejected(message: string, fix?: string): ScheduleError {
  return new ScheduleError('CONFIG_INVALID', message, fix === undefined ? {} : { fix })
}

/** The value with undefined properties left out. Throws what in it is not plain JSON, and where. */
export function jsonOf(value: unknown, path = '', parents: readonly object[] = []): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const where = path === '' ? '' : ` at ${path}`
  if (typeof value !== 'object') {
    throw rejected(
      `holds ${kindOf(value)}${where}, which is not JSON`,
      'keep to texts, finite numbers, true, false, null, lists and plain objects',
    )
  }
  if (parents.includes(value) || parents.length >= DEEPEST_JSON) throw rejected(`is circular or too deep${where}`)
  const below = [...parents, value]
  if (Array.isArray(value)) return value.map((inner: unknown, index) => jsonOf(inner, `${path}[${index}]`, below))
  if (!isPlain(value))
    throw rejected(
      `holds ${kindOf(value)}${where}, which is not plain JSON`,
      'convert it, for example with toISOString() or JSON',
    )
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(entries.map(([key, inner]) => [key, jsonOf(inner, `${path}.${key}`, below)]))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // A config evaluated in another realm has another Object.prototype, whose own prototype is null as well.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** What sort of thing a value is, without showing it: values may be secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Promise) return 'a promise'
  if (value instanceof Date) return 'a Date'
  if (typeof value === 'object') return isPlain(value) ? 'an object' : `a ${value.constructor.name}`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return (
    { string: 'a text', number: 'a number', boolean: 'a boolean', function: 'a function', bigint: 'a BigInt' }[
      typeof value as string
    ] ?? `a ${typeof value}`
  )
}
