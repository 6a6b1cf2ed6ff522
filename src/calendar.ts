import { compileCron } from './calendar/cron.js'
import { ScheduleError } from './errors.js'

export { describeCron } from './calendar/describe.js'

/**
 * Up to `count` slots strictly after an instant, ascending; fewer when there are no more before the year 10000.
 * Throws ScheduleError: CRON_INVALID, TIMEZONE_INVALID, or USAGE for a bad date or count.
 */
export function nextSlots(cron: string, timezone: string, after: Date, count: number): Date[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ScheduleError('USAGE', `count ${count} is not a whole number of slots`, { fix: 'give 0 or more' })
  }
  const { next } = compileCron(cron, timezone)
  const slots: Date[] = []
  for (let slot = next(after); slot !== null && slots.length < count; slot = next(slot)) slots.push(slot)
  return slots
}
