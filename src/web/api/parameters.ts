import type { JsonValue } from '../../domain/json.js'
import { HttpError } from '../http-error.js'

/** Reads one parameter; `undefined` where it is absent. Throws HttpError 400. */
export type Reader<T> = (name: string, value: unknown) => T

// Not unknown: that would widen what oneOf() infers.
export type Readers = Record<string, (name: string, value: unknown) => object | JsonValue>
export type Read<R extends Readers> = { [K in keyof R]?: ReturnType<R[K]> }

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
const INSTANT = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/
const RUN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The parameters that are given, each read; unknown ones are refused, because a misspelt filter would filter nothing. */
export function readParameters<R extends Readers>(given: Readonly<Record<string, unknown>>, readers: R): Read<R> {
  refuseUnknown(given, readers)
  const read: Record<string, unknown> = {}
  for (const [name, reader] of Object.entries(readers)) {
    if (given[name] !== undefined) read[name] = reader(name, given[name])
  }
  return read as Read<R>
}

/** Throws HttpError 400 where something is given that nobody reads. */
export function refuseUnknown(given: Readonly<Record<string, unknown>>, readers: Readers): void {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(readers, name))
  if (unknown.length === 0) return
  const known = Object.keys(readers)
  throw invalid(
    `unknown: ${unknown.slice(0, 5).map(shown).join(', ')}; there ${known.length === 0 ? 'are none' : `is ${known.join(', ')}`}`,
  )
}

export function text(longest: number): Reader<string> {
  return (name, value) => {
    if (typeof value === 'string' && value.length <= longest && !/\p{Cs}/u.test(value)) return value
    throw invalid(`${name} must be text of at most ${longest} characters`)
  }
}

/** Ids of schedules, names of jobs; `*` is the job of slots that did not run. */
export const name: Reader<string> = (parameter, value) => {
  if (typeof value === 'string' && (NAME.test(value) || value === '*')) return value
  throw invalid(`${parameter}: ${shown(value)} is no name`)
}

export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  return (parameter, value) => {
    const found = values.find((candidate) => candidate === value)
    if (found !== undefined) return found
    throw invalid(`${parameter}: ${shown(value)} is none of ${values.join(', ')}`)
  }
}

/** Comma-separated, or the parameter repeated. */
export function someOf<const T extends string>(values: readonly T[]): Reader<T[]> {
  const one = oneOf(values)
  return (parameter, value) => {
    const parts = (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(','))
    return [...new Set(parts.map((part) => one(parameter, part.trim())))]
  }
}

export function whole(least: number, most: number): Reader<number> {
  return (parameter, value) => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw invalid(`${parameter} must be a whole number from ${least} to ${most}, not ${shown(value)}`)
  }
}

/** ISO 8601 with an offset, or a date: its midnight in UTC. */
export const instant: Reader<Date> = (parameter, value) => {
  const [, year, month, day] = (typeof value === 'string' && INSTANT.exec(value)) || []
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  if (Number(year) >= 1970 && Number(day) <= days && !Number.isNaN(date.getTime())) return date
  throw invalid(`${parameter}: ${shown(value)} is no instant such as 2027-01-31T09:00:00Z`)
}

export const flag: Reader<boolean> = (parameter, value) => {
  if (typeof value === 'boolean') return value
  throw invalid(`${parameter} must be true or false`)
}

export const runId: Reader<string> = (parameter, value) => {
  if (typeof value === 'string' && RUN_ID.test(value)) return value
  throw invalid(`${parameter}: ${shown(value)} is no cursor of this list`)
}

export const rowId: Reader<string> = (parameter, value) => {
  if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return value
  throw invalid(`${parameter}: ${shown(value)} is no cursor of this list`)
}

export const json: Reader<JsonValue> = (_parameter, value) => value as JsonValue

export function isName(id: string): boolean {
  return NAME.test(id)
}

export function isRunId(id: string): boolean {
  return RUN_ID.test(id)
}

export function invalid(message: string): HttpError {
  return new HttpError(400, 'INVALID_PARAMETER', message)
}

function shown(value: unknown): string {
  return Array.isArray(value) ? 'more than one' : `'${String(value).slice(0, 60)}'`
}
