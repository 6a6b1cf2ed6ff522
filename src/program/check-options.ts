import { parseDuration } from '../durations.js'
import { ScheduleError } from '../errors.js'
import type { RunPassOptions } from './run-pass.js'

const MOST_AT_ONCE = 1000

/** What code may give where types were not looked at, by the rules of the command line. Throws USAGE, DURATION_INVALID. */
export function checkOptions({ concurrency, failOn, maxDuration, schedules }: RunPassOptions): void {
  if (concurrency !== undefined && !isCount(concurrency))
    throw wrong('concurrency', `a whole number from 1 to ${MOST_AT_ONCE}`)
  if (schedules !== undefined && !isList(schedules, (id) => typeof id === 'string'))
    throw wrong('schedules', 'a list of ids')
  if (failOn !== undefined && !isList(failOn, (word) => word === 'failed' || word === 'deferred'))
    throw wrong('failOn', "a list of 'failed' and 'deferred', or an empty one")
  if (maxDuration === undefined) return
  if (typeof maxDuration !== 'string' && typeof maxDuration !== 'number')
    throw wrong('maxDuration', "a duration such as '50m', or milliseconds")
  parseDuration(maxDuration)
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_AT_ONCE
}

function isList(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne)
}

function wrong(option: string, expected: string): ScheduleError {
  return new ScheduleError('USAGE', `${option} must be ${expected}`)
}
