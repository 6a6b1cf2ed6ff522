import type { ConfiguredSchedule } from '../config/config.js'
import type { Schedule } from '../domain/schedule.js'
import { ProblemsError, type Problem } from '../errors.js'
import { newSchedule, planDefinition } from '../ledger/edit-plan.js'
import type { NewAuditEvent, ScheduleEdit, WriteOff } from '../store/store.js'
import type { DefinitionChanges } from './find-changes.js'
import type { PassContext } from './pass-context.js'

/**
 * Writes the definitions that changed; answers which due slots that has written off. Throws one error that lists every
 * problem, before anything is written.
 */
export async function syncDefinitions(context: PassContext, changes: DefinitionChanges): Promise<WriteOff[]> {
  await refuseProblems(context, changes)
  const { store, config } = context
  await store.writeJobs([
    ...changes.jobs.map((job) => jobRow(config.name, job)),
    ...(await orphanedJobRows(context, changes)),
  ])
  const edited = new Map([...changes.update, ...changes.return].map((each) => [each.definition.id, each]))
  const orphaned = new Set(changes.orphan)
  const edits = new Map<string, ScheduleEdit>()
  await store.editSchedules({
    ids: [...edited.keys(), ...orphaned],
    edit: (schedule, now) => {
      const configured = edited.get(schedule.id)
      if (configured === undefined) return orphaned.has(schedule.id) ? orphanOf(schedule) : null
      const edit = editOf(schedule, configured, now, config.name)
      // Keyed, because the transaction may be repeated.
      edits.set(schedule.id, edit)
      return edit
    },
    insert: (now) => changes.create.map((configured) => createdRow(configured, now, config.name)),
    audit: changes.create.map((configured) =>
      auditEvent('schedule.create', configured.definition.id, { cron: configured.definition.cron }),
    ),
  })
  return [...edits.values()].flatMap((edit) => edit.writeOffs)
}

/** One error that lists every problem. */
export async function refuseProblems(
  { config, checkCalendar }: Pick<PassContext, 'config' | 'checkCalendar'>,
  changes: DefinitionChanges,
): Promise<void> {
  const problems: Problem[] = [...(await checkCalendar())]
  for (const { id, owner } of changes.foreign) {
    problems.push({
      path: `schedules[${config.schedules.findIndex((each) => each.definition.id === id)}].id`,
      message: `schedule "${id}" ${owner}`,
      fix: 'choose another id, or remove the other schedule first',
    })
  }
  if (problems.length > 0) throw new ProblemsError('CONFIG_INVALID', config.file, problems)
}

function jobRow(
  configName: string,
  job: DefinitionChanges['jobs'][number],
): Parameters<PassContext['store']['writeJobs']>[0][number] {
  return {
    name: job.name,
    jobGroup: job.group,
    description: job.description,
    configName,
    position: job.position,
    definitionHash: job.hash,
    orphaned: false,
  }
}

async function orphanedJobRows(
  { store }: PassContext,
  changes: DefinitionChanges,
): ReturnType<PassContext['store']['readJobs']> {
  if (changes.orphanedJobs.length === 0) return []
  const names = new Set(changes.orphanedJobs)
  return (await store.readJobs()).filter((row) => names.has(row.name)).map((row) => ({ ...row, orphaned: true }))
}

/** The row of a schedule that the database does not know yet; its account starts now. */
export function createdRow(
  { definition, hash }: ConfiguredSchedule,
  now: Date,
  configName: string,
): Omit<Schedule, 'createdAt' | 'updatedAt'> {
  return { ...newSchedule(definition, hash, now), source: 'CODE', configName }
}

/** What an edit makes of a schedule: everything but what the database owns; slots move only when time did. */
export function editOf(
  schedule: Schedule,
  { definition, hash }: ConfiguredSchedule,
  now: Date,
  configName: string,
): ScheduleEdit {
  const { set, writeOffs } = planDefinition(schedule, definition, hash, now)
  const action = schedule.orphaned ? 'schedule.return' : 'schedule.edit'
  const audit = auditEvent(action, schedule.id, { cron: definition.cron, timezone: definition.timezone })
  return { set: { ...set, source: 'CODE', configName }, writeOffs, audit }
}

export function orphanOf(schedule: Schedule): ScheduleEdit {
  return {
    set: { orphaned: true, nextRunAt: null },
    writeOffs: [],
    audit: auditEvent('schedule.orphan', schedule.id, null),
  }
}

function auditEvent(action: string, scheduleId: string, detail: NewAuditEvent['detail']): NewAuditEvent {
  return { actor: 'config', action, scheduleId, runId: null, detail }
}
