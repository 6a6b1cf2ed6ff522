import { backfillRuns } from '../commands/backfill.js'
import { cancelRun } from '../commands/cancel.js'
import { expectPass } from '../commands/expect-pass.js'
import { pauseAll, pauseSchedules } from '../commands/pause.js'
import { requestRuns } from '../commands/request.js'
import { resumeAll, resumeSchedules } from '../commands/resume.js'
import { ScheduleError } from '../errors.js'
import type { Actions } from './actions.js'
import type { WebDatabase } from './database.js'

/** The audited commands, on a database that is opened when it is first needed. */
export function createActions({ write }: Pick<WebDatabase, 'write'>, pollIntervalMs: number): Actions {
  return {
    requestRun: (actor, scheduleId, options = {}) =>
      write(async (store) => {
        const requested = await requestRuns(store, { scheduleId, ...options, actor })
        const lastPass = await store.readLastPass()
        const expectedPass = expectPass(await store.now(), pollIntervalMs, lastPass?.startedAt ?? null)
        return { ...requested, expectedPass }
      }),
    cancel: (actor, runId) => write((store) => cancelRun(store, runId, actor)),
    pause: (actor, scheduleId, options = {}) =>
      write(async (store) => only(scheduleId, await pauseSchedules(store, [scheduleId], { ...options, actor }))),
    resume: (actor, scheduleId) =>
      write(async (store) => only(scheduleId, await resumeSchedules(store, [scheduleId], { actor }))),
    pauseAll: (actor, options = {}) => write((store) => pauseAll(store, { ...options, actor })),
    resumeAll: (actor) => write((store) => resumeAll(store, { actor })),
    backfill: (actor, scheduleId, period) => write((store) => backfillRuns(store, { scheduleId, ...period, actor })),
  }
}

function only<T>(id: string, [result]: readonly T[]): T {
  if (result !== undefined) return result
  throw new ScheduleError('SCHEDULE_NOT_FOUND', `schedule '${id}' was removed meanwhile`)
}
