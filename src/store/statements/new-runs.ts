import { v7 as uuidv7 } from 'uuid'
import { WHOLE_SLOT, type RunHead } from '../../domain/run.js'
import { instantOf, RUN_HEAD, toValues } from '../columns.js'
import type { Schedule } from '../../domain/schedule.js'
import { chunksOf, type Database, marks, type Statements, type Values } from '../database.js'
import type { PlannedSlot, SlotJob, WriteOff } from '../store.js'

/** What differs from one new run to another. */
export type NewRun = Pick<RunHead, 'scheduleId' | 'jobName' | 'trigger' | 'createdAt'> & Partial<RunHead>

/** A row that waits to be inserted; ids grow in the order of creation. */
export function newRun(given: NewRun): RunHead {
  return {
    id: uuidv7(),
    status: 'PENDING',
    reason: null,
    scheduledFor: null,
    firstSlot: null,
    slotCount: 1,
    attempt: 0,
    maxAttempts: 1,
    crashes: 0,
    availableAt: null,
    priority: 0,
    passId: null,
    startedAt: null,
    params: null,
    requestedBy: null,
    cancelRequestedAt: null,
    attempts: [],
    ...given,
  }
}

/** The runs of a slot, reserved for a pass. */
export function slotRuns(scheduleId: string, slot: PlannedSlot, passId: number, now: Date): RunHead[] {
  const { scheduledFor, priority, params } = slot
  return slot.runs.map(({ jobName, maxAttempts }) =>
    newRun({
      scheduleId,
      jobName,
      trigger: 'CRON',
      createdAt: now,
      scheduledFor,
      maxAttempts,
      priority,
      params,
      passId,
    }),
  )
}

/** The row that says why adjacent slots did not run. */
export function writeOffRow(scheduleId: string, writeOff: WriteOff, now: Date): RunHead {
  const { status, reason, firstSlot, lastSlot, slotCount } = writeOff
  return newRun({
    scheduleId,
    jobName: WHOLE_SLOT,
    trigger: 'CRON',
    createdAt: now,
    status,
    reason,
    firstSlot,
    scheduledFor: lastSlot,
    slotCount,
  })
}

export async function insertRunRows({ insertAll }: Statements, runs: readonly RunHead[], now: Date): Promise<void> {
  const rows = runs.map((run): Values => ({
    ...toValues(RUN_HEAD, run),
    attempts: null,
    finishedAt: run.jobName === WHOLE_SLOT ? now : null,
  }))
  // Most columns of most runs are NULL, and are so without being sent.
  const columns = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => row[name] !== null))
  await insertAll(
    'JobRun',
    rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))),
  )
}

/** Those that have a run, or a row that says why there is none. */
export async function readExisting(database: Database, wanted: readonly SlotJob[]): Promise<SlotJob[]> {
  return database.direct(async (statements) => {
    const existing: SlotJob[] = []
    for (const some of chunksOf(wanted)) {
      const kept = new Set(await withoutExisting(statements, some))
      existing.push(...some.filter((each) => !kept.has(each)))
    }
    return existing
  })
}

/** Leaves out the runs whose slot has a run of the same job already. */
export async function withoutExisting<Each extends Pick<RunHead, 'scheduleId' | 'jobName' | 'scheduledFor'>>(
  { all }: Statements,
  runs: readonly Each[],
): Promise<Each[]> {
  const taken = new Set<string>()
  const slots = [...new Set(runs.flatMap((run) => run.scheduledFor?.getTime() ?? []))].map((ms) => new Date(ms))
  const scheduleIds = [...new Set(runs.map((run) => run.scheduleId))]
  for (const some of chunksOf(slots)) {
    const sql = `SELECT scheduleId, jobName, scheduledFor FROM JobRun WHERE scheduleId IN (${marks(scheduleIds)}) AND scheduledFor IN (${marks(some)})`
    const rows = await all(sql, [...scheduleIds, ...some])
    for (const row of rows) taken.add(slotKey(toSlot(row)))
  }
  return runs.filter((run) => run.scheduledFor === null || !taken.has(slotKey(run)))
}

/**
 * Leaves out the write-off of a slot that has a fate already: one that somebody set by hand as the next, so it lies before
 * the last one taken. Any other costs nothing.
 */
export async function withoutDecided(
  { all }: Statements,
  { id, lastSlotAt }: Pick<Schedule, 'id' | 'lastSlotAt'>,
  writeOffs: readonly WriteOff[],
): Promise<WriteOff[]> {
  const kept: WriteOff[] = []
  for (const writeOff of writeOffs) {
    const { firstSlot: slot } = writeOff
    const sql =
      'SELECT id FROM JobRun WHERE scheduleId = ? AND scheduledFor = ? ' +
      'UNION ALL SELECT id FROM JobRun WHERE scheduleId = ? AND jobName = ? AND scheduledFor > ? AND firstSlot <= ? LIMIT 1'
    const isOld = lastSlotAt !== null && slot <= lastSlotAt
    if (isOld && (await all(sql, [id, slot, id, WHOLE_SLOT, slot, slot])).length > 0) continue
    kept.push(writeOff)
  }
  return kept
}

function toSlot(row: Readonly<Record<string, unknown>>): Pick<RunHead, 'scheduleId' | 'jobName' | 'scheduledFor'> {
  const { scheduleId, jobName, scheduledFor } = row
  return { scheduleId: String(scheduleId), jobName: String(jobName), scheduledFor: instantOf(scheduledFor) }
}

function slotKey({
  scheduleId,
  jobName,
  scheduledFor,
}: Pick<RunHead, 'scheduleId' | 'jobName' | 'scheduledFor'>): string {
  return `${scheduleId} ${jobName} ${scheduledFor?.getTime() ?? ''}`
}
