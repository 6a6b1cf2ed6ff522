import type { JobRow, ScheduleDefinition } from '../domain/schedule.js'

/** The part of a schedule that says which jobs it runs; `configName` is null for schedules made at run time. */
export type JobSelection = Pick<ScheduleDefinition, 'executionMode' | 'jobGroup' | 'jobNames'> & {
  configName: string | null
}

/** The jobs of a schedule as the database knows them, in the order in which they run, and names it does not know. */
export function selectJobRows(
  selection: JobSelection,
  jobs: readonly JobRow[],
): { names: string[]; unknown: string[] } {
  const candidates = jobs.filter((job) => !job.orphaned && belongsTo(selection.configName, job)).sort(byPosition)
  if (selection.executionMode === 'JOB_LIST') return selectListed(selection.jobNames ?? [], candidates)
  const chosen = candidates.filter(
    (job) => selection.executionMode === 'ALL_JOBS' || job.jobGroup === selection.jobGroup,
  )
  return { names: chosen.map((job) => job.name), unknown: [] }
}

function selectListed(
  listed: readonly string[],
  candidates: readonly JobRow[],
): { names: string[]; unknown: string[] } {
  const known = new Set(candidates.map((job) => job.name))
  return { names: listed.filter((name) => known.has(name)), unknown: listed.filter((name) => !known.has(name)) }
}

function belongsTo(configName: string | null, job: JobRow): boolean {
  return configName === null || job.configName === configName
}

function byPosition(a: JobRow, b: JobRow): number {
  return a.configName === b.configName ? a.position - b.position : a.configName < b.configName ? -1 : 1
}
