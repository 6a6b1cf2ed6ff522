import { parseDuration } from '../durations.js'
import { messageOf, ScheduleError } from '../errors.js'

/** Reads the duration given to an option: milliseconds. Throws DURATION_INVALID, which names the option. */
export function durationOption(option: string): (text: string) => number {
  return (text) => {
    try {
      return parseDuration(text)
    } catch (error) {
      const fix = error instanceof ScheduleError ? (error.fix ?? '') : ''
      throw new ScheduleError('DURATION_INVALID', `${option}: ${messageOf(error)}`, { fix })
    }
  }
}
