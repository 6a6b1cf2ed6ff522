import type { Schedule } from '../domain/schedule.js'
import { ScheduleError } from '../errors.js'
import type { AdminStore, NewAuditEvent, ScheduleEdit } from '../store/store.js'
import { actorName } from './actor.js'
import { checkDefinition, type CheckedDefinition, type ScheduleInput } from './check-definition.js'
import { newSchedule, planDefinition } from '../ledger/edit-plan.js'

export interface Upserted {
  outcome: 'created' | 'updated' | 'unchanged'
  schedule: Schedule
}

/** Others may create and remove the same schedule at once; nobody does so for long. */
const MOST_TRIES = 5

/**
 * Creates a schedule at run time, or changes the definition of one that was created so; a pause stays as it is.
 * Throws CONFIG_INVALID with everything that is wrong, CONFLICT for a schedule that a config owns.
 */
export async function upsertSchedule(store: AdminStore, input: ScheduleInput, actor: string): Promise<Upserted> {
  const checked = await checkDefinition(input, await store.readJobs())
  const { id } = checked.definition
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const [found] = await store.readSchedules([id])
    const upserted = await (found === undefined ? create(store, checked, actor) : update(store, checked, actor))
    if (upserted !== null) return upserted
  }
  throw new ScheduleError('CONFLICT', `schedule '${id}' is removed and created again all the time`, {
    fix: 'see who else removes it',
  })
}

/** Null when somebody else has removed it in between. */
async function update(
  store: AdminStore,
  { definition, hash }: CheckedDefinition,
  actor: string,
): Promise<Upserted | null> {
  let outcome: Upserted['outcome'] = 'unchanged'
  const edit = (schedule: Schedule, now: Date): ScheduleEdit | null => {
    refuseForeign(schedule)
    outcome = schedule.definitionHash === hash ? 'unchanged' : 'updated'
    if (outcome === 'unchanged') return null
    return { ...planDefinition(schedule, definition, hash, now), audit: auditOf(actor, definition.id, 'updated') }
  }
  const [schedule] = await store.editSchedules({ ids: [definition.id], edit, audit: [] })
  return schedule === undefined ? null : { outcome, schedule }
}

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
