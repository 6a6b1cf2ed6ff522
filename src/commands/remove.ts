import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore, ScheduleEdit } from '../store/store.js'
import { actorName } from './actor.js'
import { findSchedule } from './find-schedules.js'

/**
 * Removes a schedule that was created at run time, or one that no config defines any more: waiting runs are cancelled,
 * running ones asked to stop, history stays until pruned. Throws SCHEDULE_NOT_FOUND, CONFLICT for one that a config defines.
 */
export async function removeSchedule(store: AdminStore, id: string, actor: string): Promise<void> {
  const found = await findSchedule(store, id)
  if (!isRemovable(found)) throw owned(found)
  const edit = (schedule: Schedule): ScheduleEdit | null => {
    if (!isRemovable(schedule)) return null
    const audit = { actor: actorName(actor), action: 'remove', scheduleId: id, runId: null, detail: null }
    return { set: {}, writeOffs: [], cancelRuns: true, remove: true, audit }
  }
  await store.editSchedules({ ids: [id], edit, audit: [] })
}

function isRemovable({ source, orphaned }: Schedule): boolean {
  return source === 'DATABASE' || orphaned
}

function owned({ id, configName }: Schedule): ScheduleError {
  return new ScheduleError('CONFLICT', `schedule '${id}' is defined by the config '${configName ?? 'default'}'`, {
    fix: 'remove it from the config and make a pass; or pause it',
  })
}
