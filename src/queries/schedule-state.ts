import type { Schedule } from '../domain/schedule.js'
import type { ScheduleState } from './queries.js'

/** What a schedule is doing: the first of orphaned, running, paused, due, waiting, ended that applies. */
export function scheduleState(
  schedule: Pick<Schedule, 'orphaned' | 'enabled' | 'nextRunAt'>,
  now: Date,
  circumstances: { runningRuns: number; allPaused: boolean },
): ScheduleState {
  if (circumstances.runningRuns > 0) return 'running'
  if (schedule.orphaned) return 'orphaned'
  if (!schedule.enabled || circumstances.allPaused) return 'paused'
  if (schedule.nextRunAt === null) return 'ended'
  return schedule.nextRunAt <= now ? 'due' : 'waiting'
}
