import type { JsonValue } from '../domain/json.js'
import type { RunHead } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore } from '../store/store.js'
import { check } from './check.js'
import { closePass } from './close-pass.js'
import { openPass, type OpenPass } from './open-pass.js'
import type { PassContext } from './pass-context.js'
import type { PassReport } from './report.js'

export interface ManualRun {
  /** Finds the schedule and its jobs, after definitions have been synced. */
  resolve(store: AdminStore): Promise<{ schedule: Schedule; jobNames: string[] }>
  /** Undefined: the schedule's own. */
  params: JsonValue | undefined
  /** Who asked. */
  actor: string
}

/** `run ID`: a pass of kind MANUAL that executes one schedule's jobs now, by the same rows, lease and record. */
export async function runManually(context: PassContext, wanted: ManualRun): Promise<PassReport> {
  const found = await check(context)
  const { schedule, jobNames } = await wanted.resolve(context.store)
  refuseMissing(context, schedule, jobNames)
  const open = await openPass(context, found)
  try {
    const runs = await reserve(open, schedule, jobNames, wanted)
    open.runtime.heartbeat.start()
    open.executor.add({ schedule, runs, late: false, more: false })
  } catch (error) {
    if (!(error instanceof ScheduleError)) open.fail(error)
    const report = await closePass(open)
    if (error instanceof ScheduleError) throw error
    return report
  }
  return await closePass(open)
}

function refuseMissing({ config }: PassContext, schedule: Schedule, jobNames: readonly string[]): void {
  const missing = jobNames.filter((name) => !config.jobs.has(name))
  if (missing.length === 0) return
  throw new ScheduleError(
    'JOB_NOT_FOUND',
    `schedule ${schedule.id} needs jobs that this config lacks: ${missing.join(', ')}`,
    {
      fix: 'run it with the config that has them (--config FILE)',
    },
  )
}

async function reserve(
  open: OpenPass,
  schedule: Schedule,
  jobNames: readonly string[],
  wanted: ManualRun,
): Promise<RunHead[]> {
  const params = wanted.params === undefined ? schedule.params : wanted.params
  const result = await open.runtime.store.insertRuns({
    scheduleId: schedule.id,
    trigger: 'MANUAL',
    runs: jobNames.map((jobName) => ({
      jobName,
      maxAttempts: open.rules.maxAttempts(jobName),
      scheduledFor: null,
      params,
      priority: schedule.priority,
    })),
    requestedBy: wanted.actor,
    passId: open.runtime.passId,
    refuseIfOpen: schedule.overlap !== 'allow',
    audit: {
      actor: wanted.actor,
      action: 'run',
      scheduleId: schedule.id,
      runId: null,
      detail: { jobs: [...jobNames] },
    },
  })
  if ('inserted' in result) return result.inserted
  const { open: held } = result
  throw new ScheduleError(
    'REFUSED',
    `schedule ${schedule.id} has an open run: ${held.jobName} (${held.id}, ${held.status})`,
    {
      fix: `wait for it, cancel it with: run-due-schedules cancel ${held.id}, or leave a request: run-due-schedules request ${schedule.id}`,
    },
  )
}
