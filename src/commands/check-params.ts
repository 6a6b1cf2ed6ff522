import { jsonOf } from '../config/plain-json.js'
import { isDeeperThan, isWellFormed, type JsonValue, MOST_JSON_LEVELS } from '../domain/json.js'
import { messageOf, ScheduleError } from '../errors.js'

/** Bytes; commands are given their params in one environment variable, which Linux limits to 128 KiB. */
const LONGEST_PARAMS = 65_536

/**
 * Throws USAGE when params are nested deeper than 30 levels, are no plain JSON, are larger than 64 KiB as such, or hold half a
 * character.
 */
export function checkParams(params: JsonValue | undefined): void {
  if (params === undefined) return
  const fix = 'store the data elsewhere and pass its address'
  // First: what is nested very deep exhausts the stack of whatever else looks at it.
  if (isDeeperThan(params, MOST_JSON_LEVELS))
    throw new ScheduleError('USAGE', `the params are nested deeper than ${MOST_JSON_LEVELS} levels`, { fix })
  checkPlain(params)
  const bytes = Buffer.byteLength(JSON.stringify(params))
  if (bytes > LONGEST_PARAMS)
    throw new ScheduleError('USAGE', `the params have ${bytes} bytes as JSON, the limit is ${LONGEST_PARAMS}`, { fix })
  if (!isWellFormed(params))
    throw new ScheduleError('USAGE', 'the params hold half a character: a surrogate without its other half', {
      fix: 'write the whole character, or encode bytes, for example as base64',
    })
}

function checkPlain(params: unknown): void {
  try {
    jsonOf(params)
  } catch (error) {
    const fix = 'keep to texts, finite numbers, true, false, null, lists and plain objects'
    throw new ScheduleError('USAGE', `the params: ${messageOf(error)}`, { fix })
  }
}
