import type { Run } from '../domain/run.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore } from '../store/store.js'
import { actorName } from './actor.js'

export interface CancelledRun {
  /** cancelled: it waited and ends now; requested: it is asked to stop; ended: it had ended before. */
  outcome: 'cancelled' | 'requested' | 'ended'
  /** As it was before. */
  run: Run
}

/** Takes back a run that waits, or asks one that is held or running to stop. Throws RUN_NOT_FOUND. */
export async function cancelRun(store: AdminStore, runId: string, actor: string): Promise<CancelledRun> {
  const run = await store.readRun(runId)
  if (run === null) throw missing(runId)
  const { scheduleId, jobName: job } = run
  const audit = { actor: actorName(actor), action: 'cancel', scheduleId, runId, detail: { job } }
  const outcome = await store.cancelRun(runId, audit)
  if (outcome === 'missing') throw missing(runId)
  return { outcome, run }
}

function missing(runId: string): ScheduleError {
  return new ScheduleError('RUN_NOT_FOUND', `no run '${runId}'`, { fix: 'look it up in the list of runs' })
}
