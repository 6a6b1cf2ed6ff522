import type { ExecutionMode, ScheduleDefinition } from '../domain/schedule.js'
import type { Problem } from '../errors.js'
import type { ConfiguredSchedule } from './config.js'
import { definitionHash } from './definition-hash.js'
import { quoted } from './fields.js'
import { nearest } from './nearest.js'
import { problem, readPart, type Reading } from './problems.js'
import { scheduleSchema, type ScheduleFields } from './schedule-schema.js'

/** What a schedule may refer to. */
export interface KnownJobs {
  names: ReadonlySet<string>
  groups: ReadonlySet<string>
}

/** One schedule as somebody wrote it; its cron and time zone are left to `checkCalendar`. */
export function readSchedule(raw: unknown, prefix: string, known: KnownJobs): Reading<ConfiguredSchedule> {
  const reading = readPart(scheduleSchema, raw, prefix)
  const inPlace = new Set(reading.problems.map(({ path }) => path))
  const problems = [...reading.problems, ...crossProblems(raw, prefix, known).filter(({ path }) => !inPlace.has(path))]
  if (reading.value === null || problems.length > 0) return { value: null, problems: nameSchedule(problems, raw) }
  const definition = toDefinition(reading.value)
  return { value: { definition, hash: definitionHash(definition), when: reading.value.when ?? null }, problems: [] }
}

function toDefinition(fields: ScheduleFields): ScheduleDefinition {
  const executionMode = fields.executionMode ?? derivedMode(fields)
  const { id, cron, timezone, enabled, priority, catchUp, catchUpLimit, overlap, jobConcurrency, firstRun } = fields
  return {
    id,
    description: fields.description ?? null,
    cron: cron.trim(),
    timezone,
    executionMode,
    jobGroup: fields.jobGroup ?? null,
    jobNames: fields.jobs ?? null,
    params: fields.params ?? null,
    enabled,
    priority,
    catchUp,
    catchUpWindowMs: fields.catchUpWindow ?? null,
    catchUpLimit,
    overlap,
    jitterMs: fields.jitter,
    startsAt: fields.startsAt ?? null,
    endsAt: fields.endsAt ?? null,
    environments: fields.environments ?? null,
    jobConcurrency,
    pauseAfterFailures: fields.pauseAfterFailures ?? null,
    firstRun,
  }
}

function derivedMode(fields: { jobs?: unknown; jobGroup?: unknown }): ExecutionMode {
  if (fields.jobs !== undefined) return 'JOB_LIST'
  return fields.jobGroup === undefined ? 'ALL_JOBS' : 'JOB_GROUP'
}

/** What only shows when fields are seen together; reads the raw text so that it comes with all other problems. */
function crossProblems(raw: unknown, prefix: string, known: KnownJobs): Problem[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return []
  const options = raw as Record<string, unknown>
  return [
    ...modeProblems(options, prefix),
    ...referenceProblems(options, prefix, known),
    ...periodProblems(options, prefix),
  ]
}

function modeProblems(options: Record<string, unknown>, prefix: string): Problem[] {
  const { executionMode: mode, jobGroup, jobs } = options
  const at = `${prefix}.executionMode`
  if (jobGroup !== undefined && jobs !== undefined)
    return [problem(`${prefix}.jobs`, 'stands beside jobGroup', 'keep one of the two')]
  const given = jobs !== undefined ? 'jobs' : jobGroup !== undefined ? 'jobGroup' : null
  if (mode === 'ALL_JOBS' && given !== null)
    return [problem(at, `'ALL_JOBS' contradicts ${given}`, 'keep one of the two')]
  if (mode === 'JOB_GROUP' && given !== 'jobGroup')
    return [problem(at, "'JOB_GROUP' needs jobGroup", "add jobGroup: '…', or use 'JOB_LIST' with jobs")]
  if (mode === 'JOB_LIST' && given !== 'jobs')
    return [problem(at, "'JOB_LIST' needs jobs", "add jobs: ['…'], or use 'JOB_GROUP' with jobGroup")]
  return []
}

function referenceProblems(options: Record<string, unknown>, prefix: string, known: KnownJobs): Problem[] {
  const { executionMode, jobGroup, jobs } = options
  if (Array.isArray(jobs)) return jobListProblems(jobs, `${prefix}.jobs`, known.names)
  if (typeof jobGroup === 'string' && jobGroup !== '' && !known.groups.has(jobGroup)) {
    return [unknownName(`${prefix}.jobGroup`, 'job group', jobGroup, known.groups)]
  }
  const runsAll =
    jobs === undefined && jobGroup === undefined && (executionMode === undefined || executionMode === 'ALL_JOBS')
  return runsAll && known.names.size === 0
    ? [problem(prefix, 'runs all jobs, but there are none', 'add a job to jobs')]
    : []
}

function jobListProblems(jobs: readonly unknown[], path: string, names: ReadonlySet<string>): Problem[] {
  if (jobs.length === 0) return [problem(path, 'is empty', 'name at least one job')]
  return jobs.flatMap((name, index) => {
    if (typeof name !== 'string' || name === '') return []
    if (!names.has(name)) return [unknownName(`${path}[${index}]`, 'job', name, names)]
    return jobs.indexOf(name) < index
      ? [problem(`${path}[${index}]`, `names ${quoted(name)} a second time`, 'name each job once')]
      : []
  })
}

function unknownName(path: string, what: string, name: string, known: ReadonlySet<string>): Problem {
  const meant = nearest(name, known)
  const some = [...known].slice(0, 8).join(', ')
  const fix =
    meant !== null
      ? `write '${meant}'`
      : known.size === 0
        ? `there is no ${what} yet: add it`
        : `known: ${some}${known.size > 8 ? ', …' : ''}`
  return problem(path, `there is no ${what} ${quoted(name)}`, fix)
}

function periodProblems(options: Record<string, unknown>, prefix: string): Problem[] {
  const [start, end] = [options['startsAt'], options['endsAt']].map((value) =>
    typeof value === 'string' || value instanceof Date ? new Date(value).getTime() : Number.NaN,
  )
  if (!(Number(start) >= Number(end))) return []
  return [problem(`${prefix}.endsAt`, 'is not after startsAt', 'swap them, or leave one out')]
}

function nameSchedule(problems: readonly Problem[], raw: unknown): Problem[] {
  const id: unknown = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : undefined
  if (typeof id !== 'string' || id === '') return [...problems]
  return problems.map((each) => ({ ...each, message: `${each.message} (schedule ${quoted(id)})` }))
}
