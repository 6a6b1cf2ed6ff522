import type { Config, ConfiguredSchedule } from '../config/config.js'
import type { Job } from '../jobs/job.js'
import type { Check } from '../store/store.js'

/** What the config defines differently from what the database knows of it. */
export interface DefinitionChanges {
  isEmpty: boolean
  create: ConfiguredSchedule[]
  update: ConfiguredSchedule[]
  /** Orphaned ids that the config defines again. */
  return: ConfiguredSchedule[]
  /** Ids of this config that it no longer defines. */
  orphan: string[]
  /** Ids that belong to somebody else. */
  foreign: { id: string; owner: string }[]
  jobs: Job[]
  orphanedJobs: string[]
}

/** Compares one hash per definition; loads nothing. */
export function findChanges(config: Config, known: Pick<Check, 'schedules' | 'jobs'>): DefinitionChanges {
  const byId = new Map(known.schedules.map((row) => [row.id, row]))
  const changes: DefinitionChanges = {
    isEmpty: false,
    create: [],
    update: [],
    return: [],
    orphan: [],
    foreign: [],
    ...findJobChanges(config, known),
  }
  for (const configured of config.schedules) {
    const { id } = configured.definition
    const row = byId.get(id)
    byId.delete(id)
    if (row === undefined) changes.create.push(configured)
    else if (row.source === 'DATABASE') changes.foreign.push({ id, owner: 'was created at run time' })
    else if (row.configName !== config.name)
      changes.foreign.push({ id, owner: `belongs to the config named ${row.configName ?? '?'}` })
    else if (row.orphaned) changes.return.push(configured)
    else if (row.definitionHash !== configured.hash) changes.update.push(configured)
  }
  for (const row of byId.values()) {
    if (row.source === 'CODE' && row.configName === config.name && !row.orphaned) changes.orphan.push(row.id)
  }
  const { isEmpty: _, ...lists } = changes
  changes.isEmpty = Object.values(lists).every((list) => list.length === 0)
  return changes
}

function findJobChanges(config: Config, known: Pick<Check, 'jobs'>): Pick<DefinitionChanges, 'jobs' | 'orphanedJobs'> {
  const rows = new Map(known.jobs.map((row) => [row.id, row]))
  const jobs = [...config.jobs.values()].filter((job) => {
    const row = rows.get(job.name)
    if (row === undefined || row.orphaned) return true
    // Two configs may have a job of the same name; the row stays with the first, or they would rewrite it in turn.
    return row.configName === config.name && row.definitionHash !== job.hash
  })
  const orphanedJobs = known.jobs
    .filter((row) => row.configName === config.name && !row.orphaned && !config.jobs.has(row.id))
    .map((row) => row.id)
  return { jobs, orphanedJobs }
}
