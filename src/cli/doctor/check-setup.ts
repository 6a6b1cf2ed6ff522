import path from 'node:path'
import { checkCalendar } from '../../config/check-calendar.js'
import type { Config } from '../../config/config.js'
import type { Environment } from '../../config/environment.js'
import { redactUrl } from '../../config/read-environment.js'
import { messageOf, ProblemsError, ScheduleError } from '../../errors.js'
import { formatDuration } from '../../durations.js'
import { plural } from '../render/text.js'
import { finding, type CheckName, type Finding } from './finding.js'

export function checkEnvironment(environment: Environment): Finding {
  const { databaseUrl, databaseIsDefault, name, pollIntervalMs, enabled } = environment
  const database = `${redactUrl(databaseUrl)}${databaseIsDefault ? ' (DATABASE_URL is not set)' : ''}`
  const details = [`database: ${database}`, `a pass is expected every ${formatDuration(pollIntervalMs)}`]
  if (enabled) return finding('environment', 'ok', name, { details })
  return finding('environment', 'warning', `${name}; SCHEDULE_DAEMON_ENABLED is false: passes do nothing here`, {
    details,
    fix: 'set it to true, or remove it, when schedules are to run again',
  })
}

/** `failure`: what reading the config threw; undefined: nothing. */
export async function checkConfig(config: Config | null, failure: unknown): Promise<Finding> {
  if (failure !== undefined) return failed('config', failure)
  if (config === null) {
    return finding(
      'config',
      'warning',
      'no schedules.config.* here: schedules are checked as the database knows them',
      {
        fix: 'run this where your config is, or name it with --config FILE',
      },
    )
  }
  const name = path.basename(config.file)
  const problems = await checkCalendar(config)
  if (problems.length > 0) return failed('config', new ProblemsError('CONFIG_INVALID', name, problems))
  return finding(
    'config',
    'ok',
    `${name}: ${plural(config.jobs.size, 'job')}, ${plural(config.schedules.length, 'schedule')}`,
  )
}

/** What was thrown, as a problem with its fix. */
export function failed(check: CheckName, thrown: unknown): Finding {
  const [message = '', ...details] = messageOf(thrown).split('\n')
  const fix = thrown instanceof ScheduleError ? thrown.fix : null
  return finding(check, 'problem', message, { details: details.map((line) => line.trim()), fix })
}
