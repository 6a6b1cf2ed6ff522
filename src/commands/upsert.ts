import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore, NewAuditEvent, ScheduleEdit } from '../store/store.js'
import { actorName } from './actor.js'
import { checkDefinition, type CheckedDefinition, type ScheduleInput } from './check-definition.js'
import { newSchedule, planDefinition } from '../ledger/edit-plan.js'
import { findSchedule } from './find-schedules.js'

export interface Upserted {
  outcome: 'created' | 'updated' | 'unchanged'
  schedule: Schedule
}

/**
 * Creates a schedule at run time, or changes the definition of one that was created so; a pause stays as it is.
 * Throws CONFIG_INVALID with everything that is wrong, CONFLICT for a schedule that a config owns.
 */
export async function upsertSchedule(store: AdminStore, input: ScheduleInput, actor: string): Promise<Upserted> {
  const checked = await checkDefinition(input, await store.readJobs())
  const [found] = await store.readSchedules([checked.definition.id])
  const created = found === undefined ? await create(store, checked, actor) : null
  return created ?? update(store, checked, actor)
}

async function update(store: AdminStore, checked: CheckedDefinition, actor: string): Promise<Upserted> {
  refuseForeign(await findSchedule(store, checked.definition.id))
  const { definition, hash } = checked
  let outcome: Upserted['outcome'] = 'unchanged'
  const edit = (schedule: Schedule, now: Date): ScheduleEdit | null => {
    outcome = schedule.source === 'CODE' || schedule.definitionHash === hash ? 'unchanged' : 'updated'
    if (outcome === 'unchanged') return null
    return { ...planDefinition(schedule, definition, hash, now), audit: auditOf(actor, definition.id, 'updated') }
  }
  await store.editSchedules({ ids: [definition.id], edit, audit: [] })
  return { outcome, schedule: await findSchedule(store, definition.id) }
}

/** Null when somebody else has created it in between. */
async function create(
  store: AdminStore,
  { definition, hash }: CheckedDefinition,
  actor: string,
): Promise<Upserted | null> {
  const [schedule] = await store.editSchedules({
    ids: [],
    edit: () => null,
    insert: (now) => [{ ...newSchedule(definition, hash, now), source: 'DATABASE', configName: null }],
    audit: [auditOf(actor, definition.id, 'created')],
  })
  return schedule === undefined ? null : { outcome: 'created', schedule }
}

function refuseForeign(schedule: Schedule): void {
  if (schedule.source === 'DATABASE') return
  const owner = schedule.configName === null ? 'a config' : `the config '${schedule.configName}'`
  throw new ScheduleError('CONFLICT', `schedule '${schedule.id}' belongs to ${owner}`, {
    fix: 'choose another id, or change it in the config',
  })
}

function auditOf(actor: string, scheduleId: string, outcome: string): NewAuditEvent {
  return { actor: actorName(actor), action: 'upsert', scheduleId, runId: null, detail: { outcome } }
}
