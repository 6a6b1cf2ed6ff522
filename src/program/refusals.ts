import { checkCalendar } from '../config/check-calendar.js'
import { ScheduleError } from '../errors.js'
import type { Store } from '../store/store.js'
import type { Prepared } from './prepare.js'

/** Throws CONFIG_INVALID for cron expressions and time zones that cannot be read. */
export async function refuseBadCalendar(config: Prepared['config']): Promise<void> {
  const problems = await checkCalendar(config)
  if (problems.length === 0) return
  const { problemsError } = await import('../config/resolve-config.js')
  throw problemsError(config.file, problems)
}

/** `--schedule` must name what the config defines or the database knows. Throws SCHEDULE_NOT_FOUND. */
export async function refuseUnknown(
  ids: readonly string[] | null,
  { config }: Prepared,
  store: Store | null,
): Promise<void> {
  const defined = new Set(config.schedules.map((each) => each.definition.id))
  const others = ids?.filter((id) => !defined.has(id)) ?? []
  if (others.length === 0) return
  const { findSchedules } = await import('../commands/find-schedules.js')
  if (store !== null) await findSchedules(store, others)
  else
    throw new ScheduleError('SCHEDULE_NOT_FOUND', `no schedule '${others.join("', '")}'`, {
      fix: `the config defines ${[...defined].join(', ')}`,
    })
}

/** This version executes what it takes. */
export function refuseQueue({ environment }: Prepared): void {
  if (environment.executeInline) return
  throw new ScheduleError(
    'ENVIRONMENT_INVALID',
    'EXECUTE_JOBS_INLINE=false asks for the Redis queue, which this version does not have',
    {
      fix: 'remove EXECUTE_JOBS_INLINE (or set it to true), and start more passes: they share the work of one database',
    },
  )
}
