import { jsonOf } from '../config/plain-json.js'
import { isDeeperThan, type JsonValue, MOST_JSON_LEVELS } from '../domain/json.js'
import { messageOf, ScheduleError } from '../errors.js'

/** Bytes; commands are given their params in one environment variable, which Linux limits to 128 KiB. */
const LONGEST_PARAMS = 65_536

/** Throws USAGE when params are no plain JSON, larger than 64 KiB as such, or nested deeper than 30 levels. */
export function checkParams(params: JsonValue | undefined): void {
  if (params === undefined) return
  checkPlain(params)
  const bytes = Buffer.byteLength(JSON.stringify(params))
  const fix = 'store the data elsewhere and pass its address'
  if (bytes > LONGEST_PARAMS)
    throw new ScheduleError('USAGE', `the params have ${bytes} bytes as JSON, the limit is ${LONGEST_PARAMS}`, { fix })
  if (isDeeperThan(params, MOST_JSON_LEVELS))
    throw new ScheduleError('USAGE', `the params are nested deeper than ${MOST_JSON_LEVELS} levels`, { fix })
}

function checkPlain(params: unknown): void {
  try {
    jsonOf(params)
  } catch (error) {
    const fix = 'keep to texts, finite numbers, true, false, null, lists and plain objects'
    throw new ScheduleError('USAGE', `the params: ${messageOf(error)}`, { fix })
  }
}
