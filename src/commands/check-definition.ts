import type { ScheduleOptions } from '../config/definitions.js'
import type { JobRow, ScheduleDefinition } from '../domain/schedule.js'
import { ProblemsError, type Problem } from '../errors.js'

/** A schedule made at run time: what a config may say of one, without functions, which live in code only. */
export type ScheduleInput = Omit<ScheduleOptions, 'when'>

export interface CheckedDefinition {
  definition: ScheduleDefinition
  hash: string
}

/** Checks a definition by the rules of a config file, against the jobs that the database knows. Throws CONFIG_INVALID. */
export async function checkDefinition(input: ScheduleInput, jobs: readonly JobRow[]): Promise<CheckedDefinition> {
  const { readSchedule } = await import('../config/resolve-schedule.js')
  const { checkCrons } = await import('../config/check-calendar.js')
  const reading = readSchedule(input, 'schedule', knownJobs(jobs))
  const problems: Problem[] = [...reading.problems]
  if (isObject(input)) {
    const { id, cron, timezone } = input
    problems.push(...functionProblems(input), ...(await checkCrons([{ path: 'schedule', id, cron, timezone }])))
  }
  if (reading.value === null || problems.length > 0)
    throw new ProblemsError('CONFIG_INVALID', subjectOf(input), problems)
  return reading.value
}

function knownJobs(jobs: readonly JobRow[]): { names: Set<string>; groups: Set<string> } {
  const current = jobs.filter((job) => !job.orphaned)
  return {
    names: new Set(current.map((job) => job.name)),
    groups: new Set(current.flatMap((job) => job.jobGroup ?? [])),
  }
}

function functionProblems(input: object): Problem[] {
  if (!('when' in input) || input.when === undefined) return []
  return [
    {
      path: 'schedule.when',
      message: 'is a function, which the database cannot hold',
      fix: 'define the schedule in the config',
    },
  ]
}

function isObject(input: unknown): input is ScheduleInput {
  return typeof input === 'object' && input !== null
}

function subjectOf(input: unknown): string {
  return isObject(input) && typeof input.id === 'string' ? `schedule '${input.id.slice(0, 128)}'` : 'the schedule'
}
