import type { RunHead } from '../../domain/run.js'
import type { Schedule } from '../../domain/schedule.js'
import { SCHEDULE, toValues } from '../columns.js'
import { chunksOf, type Database, groupBy, marks, type Statements, type Values } from '../database.js'
import type { EditRequest, LockedSchedule, ScheduleChange, ScheduleEdit } from '../store.js'
import { writeAudit } from './audit.js'
import { cancelRuns } from './cancel-run.js'
import { repeatWhenDuplicate } from './duplicates.js'
import { insertRunRows, withoutDecided, withoutExisting, writeOffRow } from './new-runs.js'
import { readNow } from './now.js'
import { changeSchedules, lockSchedules, readNamed, withRuns } from './schedules.js'

interface Edited {
  locked: LockedSchedule
  edit: ScheduleEdit
}

/** Edits schedules under their locks and creates others; one that exists already is left as it is. Returns all of them as they are then. */
export async function editSchedules(database: Database, request: EditRequest): Promise<Schedule[]> {
  let stampedAt: Date | null = null
  return repeatWhenDuplicate(() =>
    database.transaction(async (statements, unsure) => {
      const schedules = await lockSchedules(statements, request.ids)
      // Edits stamp their rows with the database's now: a row that bears it shows that all was committed.
      const before = stampedAt
      if (unsure && before !== null && schedules.some((each) => each.updatedAt.getTime() === before.getTime()))
        return schedules
      const now = await readNow(statements)
      stampedAt = now
      const edited = (await withRuns(statements, schedules, now)).flatMap((locked): Edited[] => {
        const edit = request.edit(locked.schedule, locked.now, locked.open)
        return edit === null ? [] : [{ locked, edit }]
      })
      await applyEdits(statements, edited, now)
      const created = await insertSchedules(statements, request.insert?.(now) ?? [], now)
      const audit = request.audit.filter((event) => event.scheduleId === null || !created.leftOut.has(event.scheduleId))
      await writeAudit(statements, [...edited.flatMap(({ edit }) => edit.audit ?? []), ...audit], now)
      return readNamed(statements, [...request.ids, ...created.ids])
    }),
  )
}

async function applyEdits(statements: Statements, edited: readonly Edited[], now: Date): Promise<void> {
  const changed = edited.filter(({ edit }) => edit.remove !== true)
  await changeSchedules(
    statements,
    changed.map(({ locked, edit }) => ({ id: locked.schedule.id, set: edit.set })),
    now,
  )
  const removed = edited.filter(({ edit }) => edit.remove === true).map(({ locked }) => locked.schedule.id)
  for (const some of chunksOf(removed))
    await statements.run(`DELETE FROM JobSchedule WHERE id IN (${marks(some)})`, some)
  const writeOffs: RunHead[] = []
  for (const { locked, edit } of edited)
    for (const each of await withoutDecided(statements, locked.schedule, edit.writeOffs))
      writeOffs.push(writeOffRow(locked.schedule.id, each, now))
  await insertRunRows(statements, await withoutExisting(statements, writeOffs), now)
  const cancelled = edited.filter(({ edit }) => edit.cancelRuns === true)
  await cancelRuns(
    statements,
    cancelled.flatMap(({ locked }) => [...locked.waiting, ...locked.open].map((run) => run.id)),
    now,
  )
}

async function insertSchedules(
  statements: Statements,
  schedules: readonly (ScheduleChange & { id: string })[],
  now: Date,
): Promise<{ ids: string[]; leftOut: Set<string> }> {
  const known = await readNamed(
    statements,
    schedules.map((each) => each.id),
  )
  const existing = new Set(known.map((each) => each.id))
  const fresh = schedules.filter((each) => !existing.has(each.id))
  const rows = fresh.map((each): Values => ({
    historyFrom: now,
    ...toValues(SCHEDULE, each),
    createdAt: now,
    updatedAt: now,
  }))
  const inOrder = rows.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))
  for (const alike of groupBy(inOrder, (row) => Object.keys(row).join()).values())
    await statements.insertAll('JobSchedule', alike)
  return { ids: fresh.map((each) => each.id), leftOut: existing }
}
