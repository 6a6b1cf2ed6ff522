import type { RunHead } from '../../domain/run.js'
import { settledSlot } from '../../ledger/settlement.js'
import { chunksOf, type Database, marks, sorted, type Statements } from '../database.js'
import type { NewAuditEvent } from '../store.js'
import { writeAudit } from './audit.js'
import { readNow } from './now.js'
import { HEAD, headOf, isWaiting } from './runs.js'
import { lockSchedules } from './schedules.js'
import { settleSlots } from './settle.js'

type Cancelled = 'cancelled' | 'requested' | 'ended' | 'missing'

/** The schedule's lock comes first, as in a take: a waiting run is either cancelled or taken. */
export async function cancelRun(database: Database, runId: string, audit: NewAuditEvent): Promise<Cancelled> {
  return database.transaction(async (statements, unsure) => {
    const scheduleId = await readScheduleId(statements, runId)
    if (scheduleId === undefined) return 'missing'
    await lockSchedules(statements, [scheduleId])
    const run = await lockRun(statements, runId)
    if (run === undefined) return 'missing'
    if (unsure && run.status === 'CANCELLED' && run.reason === 'requested') return 'cancelled'
    const outcome = outcomeOf(run)
    if (outcome === 'ended') return outcome
    const now = await readNow(statements)
    await cancelRuns(statements, [runId], now)
    const slot = settledSlot(run)
    if (outcome === 'cancelled' && slot !== null) await settleSlots(statements, [slot], now, unsure)
    await writeAudit(statements, [audit], now)
    return outcome
  })
}

/** Waiting runs end CANCELLED, the others are asked to stop; the locks of their schedules are held. */
export async function cancelRuns({ run, dialect }: Statements, runIds: readonly string[], now: Date): Promise<void> {
  for (const ids of chunksOf(sorted(runIds))) {
    const these = `WHERE id IN (${marks(ids)})`
    // First, so that all are locked: a run that began to wait between the two would wait for ever.
    await run(
      `UPDATE JobRun${dialect.byPrimaryKey} SET cancelRequestedAt = ?, reason = 'requested' ` +
        `${these} AND status IN ('PENDING', 'QUEUED', 'RUNNING') AND cancelRequestedAt IS NULL`,
      [now, ...ids],
    )
    await run(
      `UPDATE JobRun${dialect.byPrimaryKey} SET status = 'CANCELLED', reason = 'requested', availableAt = NULL, finishedAt = ? ` +
        `${these} AND status = 'PENDING' AND availableAt IS NOT NULL`,
      [now, ...ids],
    )
  }
}

async function readScheduleId({ all }: Statements, runId: string): Promise<string | undefined> {
  const [row] = await all('SELECT scheduleId FROM JobRun WHERE id = ?', [runId])
  return row === undefined ? undefined : String(row['scheduleId'])
}

async function lockRun({ all, dialect }: Statements, runId: string): Promise<RunHead | undefined> {
  return (await all(`SELECT ${HEAD} FROM JobRun WHERE id = ?${dialect.forUpdate}`, [runId])).map(headOf)[0]
}

function outcomeOf(run: RunHead): 'cancelled' | 'requested' | 'ended' {
  if (isWaiting(run)) return 'cancelled'
  return run.status === 'PENDING' || run.status === 'QUEUED' || run.status === 'RUNNING' ? 'requested' : 'ended'
}
