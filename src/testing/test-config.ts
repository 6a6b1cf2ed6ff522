import { resolve } from 'node:path'
import type { Config, ConfiguredSchedule } from '../config/config.js'
import type { ConfigOptions } from '../config/definitions.js'
import { resolveAndCheck } from '../config/resolve-config.js'
import type { JobContext } from '../domain/job.js'
import { ScheduleError } from '../errors.js'
import type { Hooks, Job, JobFunction } from '../jobs/job.js'
import type { Life } from './life.js'

export type JobStandIns = Readonly<Record<string, (context: JobContext) => unknown>>

/** A config as its file would give it, its jobs in this process. Throws CONFIG_INVALID; JOB_NOT_FOUND for a stand-in. */
export async function readTestConfig(options: ConfigOptions, standIns: JobStandIns): Promise<Config> {
  const config = await resolveAndCheck(options, resolve('schedules.config.ts'))
  const unknown = Object.keys(standIns).filter((name) => !config.jobs.has(name))
  if (unknown.length > 0) {
    throw new ScheduleError('JOB_NOT_FOUND', `the config has no job ${unknown.join(', ')} to stand in for`, {
      fix: `name one of its jobs: ${[...config.jobs.keys()].join(', ')}`,
    })
  }
  const jobs = [...config.jobs].map(([name, job]): [string, Job] => [name, inThisProcess(job, standIns[name])])
  // Not loaded from a file: no other process can load it again.
  return { ...config, file: '', jobs: new Map(jobs) }
}

function inThisProcess(job: Job, standIn: JobFunction | undefined): Job {
  const work: Job['work'] =
    standIn === undefined ? job.work : { kind: 'function', load: () => Promise.resolve(standIn) }
  return { ...job, work, isolation: 'inline', memoryLimitMb: null }
}

/** The config for one pass: the clock waits for what users' code does in it. `onCall` comes before a job's function. */
export function configOfLife(
  config: Config,
  life: Life,
  onCall: (jobName: string, context: JobContext) => Promise<void>,
): Config {
  const jobs = [...config.jobs].map(([name, job]): [string, Job] => [
    name,
    { ...job, work: watchedWork(job, life, onCall), hooks: watchedHooks(job.hooks, life) },
  ])
  return {
    ...config,
    jobs: new Map(jobs),
    hooks: watchedHooks(config.hooks, life),
    schedules: config.schedules.map((schedule) => watchedSchedule(schedule, life)),
  }
}

function watchedWork(job: Job, life: Life, onCall: Parameters<typeof configOfLife>[2]): Job['work'] {
  const { work } = job
  if (work.kind !== 'function') return work
  return {
    kind: 'function',
    load: async () => {
      const run = await work.load()
      return async (context) => {
        await onCall(job.name, context)
        return await life.inRun(context.runId, () => run(context))
      }
    },
  }
}

function watchedHooks(hooks: Hooks, life: Life): Hooks {
  const watched = Object.entries(hooks).map(([name, hook]: [string, Hooks[keyof Hooks]]) => [
    name,
    hook && ((event: Parameters<typeof hook>[0]) => life.during(() => hook(event))),
  ])
  return Object.fromEntries(watched) as Hooks
}

function watchedSchedule(schedule: ConfiguredSchedule, life: Life): ConfiguredSchedule {
  const { when } = schedule
  return { ...schedule, when: when === null ? null : (slot) => life.during(() => when(slot)) }
}
