import type { JsonValue } from '../domain/json.js'
import type { RunHead } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import type { AdminStore } from '../store/store.js'
import { actorName } from './actor.js'
import { checkParams } from './check-params.js'
import { findSchedule } from './find-schedules.js'
import { resolveJobs } from './resolve-jobs.js'

export interface RunRequest {
  scheduleId: string
  /** Only this job of the schedule; absent or null: all of its jobs, in order. */
  job?: string | null
  /** Replaces the schedule's params for these runs; absent: those of the schedule. */
  params?: JsonValue
  actor: string
}

export interface RequestedRuns {
  schedule: Schedule
  /** PENDING, in the order in which they will run. */
  runs: RunHead[]
}

/**
 * Leaves a request for the next pass: one MANUAL run per job, whatever pauses say.
 * Throws SCHEDULE_NOT_FOUND, JOB_NOT_FOUND, CONFLICT (orphaned).
 */
export async function requestRuns(store: AdminStore, request: RunRequest): Promise<RequestedRuns> {
  checkParams(request.params)
  const schedule = await findSchedule(store, request.scheduleId)
  const jobNames = resolveJobs(schedule, await store.readJobs(), request.job ?? null)
  const params = request.params === undefined ? schedule.params : request.params
  const actor = actorName(request.actor)
  const result = await store.insertRuns({
    scheduleId: schedule.id,
    trigger: 'MANUAL',
    runs: jobNames.map((jobName) => ({
      jobName,
      maxAttempts: 1,
      scheduledFor: null,
      params,
      priority: schedule.priority,
    })),
    requestedBy: actor,
    passId: null,
    refuseIfOpen: false,
    audit: {
      actor,
      action: 'request',
      scheduleId: schedule.id,
      runId: null,
      detail: { jobs: jobNames, ...(request.params === undefined ? {} : { params: request.params }) },
    },
  })
  return { schedule, runs: 'inserted' in result ? result.inserted : [] }
}
