import type { JobRow, Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import { quoted, suggestNames } from './near-names.js'
import { selectJobRows } from './select-job-rows.js'

/**
 * The jobs that a request for a schedule means, or the one that is named, which must be one of them.
 * Throws JOB_NOT_FOUND, and CONFLICT for a schedule that no config defines any more.
 */
export function resolveJobs(schedule: Schedule, jobs: readonly JobRow[], only: string | null): string[] {
  if (schedule.orphaned) throw orphaned(schedule)
  const { names, unknown } = selectJobRows(schedule, jobs)
  if (only !== null) {
    if (names.includes(only)) return [only]
    throw new ScheduleError('JOB_NOT_FOUND', `schedule '${schedule.id}' has no job '${only}'`, {
      fix: suggestNames(only, names, 'its jobs'),
    })
  }
  if (unknown.length > 0) {
    throw new ScheduleError('JOB_NOT_FOUND', `schedule '${schedule.id}' names ${jobsOf(unknown)} that no config has`, {
      fix: 'add the job to the config and make a pass, or name another',
    })
  }
  if (names.length === 0) throw empty(schedule)
  return names
}

function jobsOf(names: readonly string[]): string {
  return `${names.length === 1 ? 'a job' : 'jobs'} ${quoted(names, 'and')}`
}

function orphaned(schedule: Schedule): ScheduleError {
  return new ScheduleError('CONFLICT', `schedule '${schedule.id}' is orphaned: no config defines it any more`, {
    fix: 'define it again and make a pass',
  })
}

function empty(schedule: Schedule): ScheduleError {
  const what = schedule.executionMode === 'JOB_GROUP' ? `job group '${schedule.jobGroup ?? ''}'` : 'its config'
  return new ScheduleError('JOB_NOT_FOUND', `schedule '${schedule.id}' has no jobs: ${what} is empty`, {
    fix: 'add a job and make a pass',
  })
}
