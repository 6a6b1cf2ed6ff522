import type { JsonValue } from '../domain/json.js'
import { ScheduleError } from '../errors.js'

/** Bytes; commands are given their params in one environment variable, which Linux limits to 128 KiB. */
const LONGEST_PARAMS = 65_536

/** Throws USAGE when params are larger than 64 KiB as JSON. */
export function checkParams(params: JsonValue | undefined): void {
  const bytes = params === undefined ? 0 : Buffer.byteLength(JSON.stringify(params))
  if (bytes <= LONGEST_PARAMS) return
  throw new ScheduleError('USAGE', `the params have ${bytes} bytes as JSON, the limit is ${LONGEST_PARAMS}`, {
    fix: 'store the data elsewhere and pass its address',
  })
}
