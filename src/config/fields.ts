import * as z from 'zod/mini'
import { isDeeperThan, isWellFormed, MOST_JSON_LEVELS } from '../domain/json.js'
import { formatDuration, parseDuration } from '../durations.js'
import { messageOf, ScheduleError } from '../errors.js'
import { jsonOf, kindOf, rejected } from './plain-json.js'

export { kindOf, rejected }

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** A schema from a function that returns the resolved value, or throws what is wrong (with a `fix` when it can). */
export function field<T>(read: (input: unknown) => T) {
  return z.pipe(
    z.unknown(),
    z.transform((input, context): T => {
      try {
        if (input === undefined) throw rejected('is missing')
        return read(input)
      } catch (thrown) {
        const fix = thrown instanceof ScheduleError ? thrown.fix : null
        context.issues.push({ code: 'custom', message: messageOf(thrown), params: { fix }, input })
        return z.NEVER
      }
    }),
  )
}

/** Ids, job names and job groups. */
export const nameField = field((input) => {
  const name = textOf(input)
  if (NAME.test(name)) return name
  const fix = 'use letters, digits and . _ : / - (a letter or digit first, at most 128 characters)'
  throw rejected(`${quoted(name)} is not a name`, fix)
})

export function textField(limits: { max: number; empty?: 'allowed' }) {
  return field((input) => {
    const text = textOf(input)
    if (text.length > limits.max) throw rejected(`is ${text.length} characters long, the limit is ${limits.max}`)
    if (limits.empty !== 'allowed' && text.trim() === '') throw rejected('is empty')
    if (text.includes('\0')) throw rejected('contains a NUL character')
    return text
  })
}

export function wholeField(min: number, max: number) {
  return field((input) => {
    if (typeof input === 'number' && Number.isInteger(input) && input >= min && input <= max) return input
    const shown = typeof input === 'number' ? String(input) : kindOf(input)
    throw rejected(`must be a whole number from ${min} to ${max}, not ${shown}`)
  })
}

/** Milliseconds within the limits. */
export function durationField(limits: { min: number; max: number }) {
  return field((input) => {
    if (typeof input !== 'string' && typeof input !== 'number') {
      throw rejected(`must be a duration, not ${kindOf(input)}`, "write it as '90s', '10m', '1h30m' or '2d'")
    }
    const ms = parseDuration(input)
    if (ms < limits.min) throw rejected(`must be at least ${formatDuration(limits.min)}, not ${formatDuration(ms)}`)
    if (ms > limits.max) throw rejected(`must be at most ${formatDuration(limits.max)}, not ${formatDuration(ms)}`)
    return ms
  })
}

export const instantField = field((input) => {
  const isText = typeof input === 'string'
  if (!isText && !(input instanceof Date)) throw rejected(`must be a Date or an ISO 8601 text, not ${kindOf(input)}`)
  const instant = isText ? new Date(INSTANT.test(input) ? input : Number.NaN) : new Date(input)
  if (!Number.isNaN(instant.getTime()) && instant.getUTCFullYear() >= 1970 && instant.getUTCFullYear() <= 9999)
    return instant
  const fix = "write date, time and offset, such as '2026-12-01T00:00:00Z' or '2026-12-01T09:00:00+01:00'"
  throw rejected(`${isText ? quoted(input) : 'this Date'} is not an instant from 1970 to 9999`, fix)
})

export function functionField<F extends (...args: never[]) => unknown>() {
  return field((input) => {
    if (typeof input === 'function') return input as F
    throw rejected(`must be a function, not ${kindOf(input)}`)
  })
}

export const flagField = field((input) => {
  if (typeof input === 'boolean') return input
  throw rejected(`must be true or false, not ${kindOf(input)}`)
})

/** A JSON value, with undefined properties left out. */
export const jsonField = field((input) => jsonOf(input))

// Commands are given their params in one environment variable, which Linux limits to 128 KiB.
const LONGEST_PARAMS = 65_536

export const paramsField = field((input) => {
  const value = jsonOf(input)
  const bytes = Buffer.byteLength(JSON.stringify(value))
  const fix = 'store the data elsewhere and pass its address'
  if (bytes > LONGEST_PARAMS) throw rejected(`is ${bytes} bytes long as JSON, the limit is ${LONGEST_PARAMS}`, fix)
  if (isDeeperThan(value, MOST_JSON_LEVELS)) throw rejected(`is nested deeper than ${MOST_JSON_LEVELS} levels`, fix)
  if (!isWellFormed(value)) throw rejected('holds half a character', 'write the whole one, or encode bytes as base64')
  return value
})

function textOf(input: unknown): string {
  if (typeof input === 'string') return input
  throw rejected(`must be a text, not ${kindOf(input)}`)
}

export function quoted(text: string): string {
  return `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`
}
