import { basename } from 'node:path'
import type * as z from 'zod/mini'
import { ProblemsError, type Problem } from '../errors.js'
import type { Job } from '../jobs/job.js'
import type { Config, ConfiguredSchedule } from './config.js'
import { configSchema } from './config-schema.js'
import { quoted } from './fields.js'
import { nearest } from './nearest.js'
import { pathText, problem, readPart, type Reading } from './problems.js'
import { hooksOf, readJob } from './resolve-job.js'
import { readSchedule, type KnownJobs } from './resolve-schedule.js'

/**
 * A config file's default export with every default filled in, or CONFIG_INVALID with everything that is wrong.
 * Cron expressions and time zones are not looked at: that is `checkCalendar`, which loads the calendar.
 */
export function resolveConfig(raw: unknown, file: string): Config {
  const reading = readConfig(raw, file)
  if (reading.value === null) throw problemsError(file, reading.problems)
  return reading.value
}

/**
 * As `resolveConfig`, with cron expressions and time zones checked as well. With `deferCalendar` they are checked only when
 * something else is wrong (then all problems come at once), and `checkCalendar` is left to the caller.
 */
export async function resolveAndCheck(
  raw: unknown,
  file: string,
  options: { deferCalendar?: boolean } = {},
): Promise<Config> {
  const reading = readConfig(raw, file)
  if (reading.value !== null && options.deferCalendar === true) return reading.value
  const { checkCrons } = await import('./check-calendar.js')
  const problems = [...reading.problems, ...(await checkCrons(rawSchedules(raw)))]
  if (reading.value === null || problems.length > 0) throw problemsError(file, problems)
  return reading.value
}

/** The error that lists everything wrong with a config file. */
export function problemsError(file: string, problems: readonly Problem[]): ProblemsError {
  const inOrder = [...problems].sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))
  return new ProblemsError('CONFIG_INVALID', basename(file), inOrder)
}

function readConfig(raw: unknown, file: string): Reading<Config> {
  const top = readPart(configSchema, raw, '')
  const jobs = listOf(raw, 'jobs').map((job, position) => readJob(job, position, file))
  const known = knownJobs(listOf(raw, 'jobs'))
  const schedules = listOf(raw, 'schedules').map((schedule, index) =>
    readSchedule(schedule, `schedules[${index}]`, known),
  )
  const problems = [
    ...top.problems,
    ...[...jobs, ...schedules].flatMap((reading) => [...reading.problems]),
    ...duplicates(listOf(raw, 'jobs'), 'jobs', 'name'),
    ...duplicates(listOf(raw, 'schedules'), 'schedules', 'id'),
    ...unknownGroups(raw, known),
  ]
  if (top.value === null || problems.length > 0) return { value: null, problems }
  return { value: toConfig(top.value, file, values(jobs), values(schedules)), problems: [] }
}

function toConfig(
  top: z.output<typeof configSchema>,
  file: string,
  jobs: readonly Job[],
  schedules: readonly ConfiguredSchedule[],
): Config {
  const { runs, age, passes } = top.retention
  return {
    name: top.name,
    file,
    concurrency: top.concurrency ?? null,
    groupConcurrency: new Map(Object.entries(top.groupConcurrency)),
    retention: { runs, runsOlderThanMs: age, passesOlderThanMs: passes },
    jobs: new Map(jobs.map((job) => [job.name, job])),
    schedules,
    hooks: hooksOf(top),
  }
}

/** Names as written, also those of jobs with problems: what refers to them is not a second problem. */
function knownJobs(jobs: readonly unknown[]): KnownJobs {
  const texts = (key: string) =>
    new Set(jobs.map((job) => valueAt(job, key)).filter((value) => typeof value === 'string'))
  return { names: texts('name'), groups: texts('group') }
}

function duplicates(entries: readonly unknown[], section: string, key: string): Problem[] {
  const first = new Map<string, number>()
  return entries.flatMap((entry, index) => {
    const name = valueAt(entry, key)
    if (typeof name !== 'string') return []
    const earlier = first.get(name)
    if (earlier === undefined) first.set(name, index)
    if (earlier === undefined) return []
    return [
      problem(
        `${section}[${index}].${key}`,
        `${quoted(name)} is the ${key} of ${section}[${earlier}] already`,
        'rename one of them',
      ),
    ]
  })
}

function unknownGroups(raw: unknown, known: KnownJobs): Problem[] {
  const limits = valueAt(raw, 'groupConcurrency')
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) return []
  return Object.keys(limits).flatMap((group) => {
    if (known.groups.has(group)) return []
    const meant = nearest(group, known.groups)
    const fix = meant === null ? 'remove it, or give jobs this group' : `write '${meant}'`
    return [problem(pathText('groupConcurrency', [group]), `there is no job group ${quoted(group)}`, fix)]
  })
}

function rawSchedules(raw: unknown): { path: string; id: unknown; cron: unknown; timezone: unknown }[] {
  return listOf(raw, 'schedules').map((schedule, index) => ({
    path: `schedules[${index}]`,
    id: valueAt(schedule, 'id'),
    cron: valueAt(schedule, 'cron'),
    timezone: valueAt(schedule, 'timezone'),
  }))
}

function values<T>(readings: readonly Reading<T>[]): T[] {
  return readings.flatMap((reading) => (reading.value === null ? [] : [reading.value]))
}

function listOf(raw: unknown, key: string): readonly unknown[] {
  const list = valueAt(raw, key)
  return Array.isArray(list) ? list : []
}

function valueAt(raw: unknown, key: string): unknown {
  return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[key] : undefined
}
