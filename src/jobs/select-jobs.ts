import type { ScheduleDefinition } from '../domain/schedule.js'
import type { Job } from './job.js'

export type JobSelection = Pick<ScheduleDefinition, 'executionMode' | 'jobGroup' | 'jobNames'>

/** Which jobs a schedule runs, and what it names that the config lacks. */
export interface SelectedJobs {
  /** In the order in which they run: as declared in the config, for JOB_LIST as listed. */
  jobNames: string[]
  missingJobs: string[]
  /** The group when no job of the config is in it. */
  missingGroup: string | null
}

export function selectJobs(selection: JobSelection, jobs: ReadonlyMap<string, Pick<Job, 'group'>>): SelectedJobs {
  switch (selection.executionMode) {
    case 'ALL_JOBS':
      return { jobNames: [...jobs.keys()], missingJobs: [], missingGroup: null }
    case 'JOB_GROUP':
      return selectGroup(selection.jobGroup, jobs)
    case 'JOB_LIST':
      return selectList(selection.jobNames ?? [], jobs)
  }
}

function selectGroup(group: string | null, jobs: ReadonlyMap<string, Pick<Job, 'group'>>): SelectedJobs {
  const jobNames = [...jobs].filter(([, job]) => group !== null && job.group === group).map(([name]) => name)
  return { jobNames, missingJobs: [], missingGroup: jobNames.length === 0 ? group : null }
}

function selectList(names: readonly string[], jobs: ReadonlyMap<string, unknown>): SelectedJobs {
  const unique = [...new Set(names)]
  return {
    jobNames: unique.filter((name) => jobs.has(name)),
    missingJobs: unique.filter((name) => !jobs.has(name)),
    missingGroup: null,
  }
}
