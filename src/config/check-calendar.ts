import { messageOf, ScheduleError, type Problem } from '../errors.js'
import type { Config } from './config.js'
import { quoted } from './fields.js'
import { problem } from './problems.js'

/** What is wrong with the cron expressions and time zones of a config. Loads the calendar. */
export async function checkCalendar(config: Config): Promise<Problem[]> {
  return checkCrons(config.schedules.map(({ definition }, index) => ({ path: `schedules[${index}]`, ...definition })))
}

/** The same for schedules as written; a cron or zone that is no text is left to the check of their structure. */
export async function checkCrons(
  schedules: readonly { path: string; id: unknown; cron: unknown; timezone: unknown }[],
): Promise<Problem[]> {
  const { compileCron } = await import('../calendar/cron.js')
  return schedules.flatMap(({ path, id, cron, timezone = 'UTC' }) => {
    const written = isText(cron) ? cron.trim() : '* * * * *'
    const zone = isText(timezone) ? timezone : 'UTC'
    if (attempt(path, id, () => compileCron(written, zone)).length === 0) return []
    return [
      ...attempt(`${path}.cron`, id, () => compileCron(written, 'UTC')),
      ...attempt(`${path}.timezone`, id, () => compileCron('* * * * *', zone)),
    ]
  })
}

function attempt(path: string, id: unknown, compile: () => unknown): Problem[] {
  try {
    compile()
    return []
  } catch (thrown) {
    const fix = thrown instanceof ScheduleError ? thrown.fix : null
    return [problem(path, `${messageOf(thrown)}${typeof id === 'string' ? ` (schedule ${quoted(id)})` : ''}`, fix)]
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
