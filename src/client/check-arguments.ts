import { kindOf } from '../config/plain-json.js'
import { RUN_STATUSES } from '../domain/run.js'
import { ScheduleError } from '../errors.js'
import type { RunQuery, ScheduleQuery } from '../queries/queries.js'
import type { Acting, PauseOptions, RequestOptions } from './client.js'

/** What a value must be; null: it is. */
type Check = (value: unknown) => string | null
/** One for each option that there is. */
type Checks<T> = { readonly [Key in keyof T]-?: Check }

const text: Check = (value) => (typeof value === 'string' ? null : 'a text')
const textOrNull: Check = (value) => (value === null || typeof value === 'string' ? null : 'a text or null')
const number: Check = (value) => (Number.isFinite(value) ? null : 'a number')
const date: Check = (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? null : 'a valid Date')
// Others look at it more closely.
const anything: Check = () => null
const oneOf = (words: readonly string[]): Check => {
  return (value) => (words.includes(value as string) ? null : `one of ${words.join(', ')}`)
}
const status = oneOf(RUN_STATUSES)
const statuses: Check = (value) => {
  if (!Array.isArray(value)) return 'a list of statuses'
  return value.every((each) => status(each) === null) ? null : `a list of ${RUN_STATUSES.join(', ')}`
}

export const ACTING: Checks<Acting> = { actor: text }
export const PAUSE: Checks<PauseOptions> = { ...ACTING, reason: textOrNull, until: anything }
export const REQUEST: Checks<RequestOptions> = { ...ACTING, job: textOrNull, params: anything }
export const SCHEDULE_QUERY: Checks<ScheduleQuery> = {
  search: text,
  filter: oneOf(['active', 'paused', 'orphaned', 'failing', 'due']),
  order: oneOf(['id', 'next']),
  offset: number,
  limit: number,
}
export const RUN_QUERY: Checks<RunQuery> = {
  scheduleId: text,
  jobName: text,
  statuses,
  from: date,
  to: date,
  cursor: text,
  limit: number,
}

/** The id, where somebody without types may have given anything: what a driver makes of that differs. Throws USAGE. */
export function idOf(value: string): string {
  if (text(value) === null) return value
  throw new ScheduleError('USAGE', `the id must be a text, not ${kindOf(value)}`, { fix: 'give an id' })
}

/** The options, none for null; a misspelt one would silently do nothing. Throws USAGE. */
export function optionsOf<T extends object>(given: T | null | undefined, checks: Checks<T>): Partial<T> {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object') throw new ScheduleError('USAGE', `the options must be an object, not ${kindOf(given)}`)
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!Object.hasOwn(checks, name)) {
      throw new ScheduleError('USAGE', `there is no option '${name}'`, {
        fix: `options are ${Object.keys(checks).join(', ')}`,
      })
    }
    const expected = value === undefined ? null : checks[name as keyof T](value)
    if (expected !== null) throw new ScheduleError('USAGE', `${name} must be ${expected}, not ${shown(value)}`)
  }
  return given
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 60)}'` : kindOf(value)
}

/** An instant given as such or as text; null for none. Throws USAGE. */
export function instantOf(value: Date | string | null | undefined): Date | null {
  if (value === undefined || value === null) return null
  const instant = typeof value === 'string' ? new Date(value) : value
  if (date(instant) === null) return instant
  throw new ScheduleError('USAGE', `until: ${shown(value)} is no instant`, {
    fix: "give a Date or an ISO 8601 instant such as '2027-01-31T09:00:00Z'",
  })
}
