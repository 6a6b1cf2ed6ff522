import type { RunHead } from '../../domain/run.js'
import { chunksOf, type Database, marks, sorted, type Statements } from '../database.js'
import type { NewAuditEvent, Store } from '../store.js'
import { writeAudit } from './audit.js'
import { readNow } from './now.js'
import { HEAD, headOf, isWaiting } from './runs.js'
import { lockSchedules } from './schedules.js'
import { writeSettlements } from './settle.js'

type Cancelled = 'cancelled' | 'requested' | 'ended' | 'missing'

/** The schedule's lock comes first, as in a take: a waiting run is either cancelled or taken. */
export async function cancelRun(
  database: Database,
  runId: string,
  audit: NewAuditEvent,
  settle: Parameters<Store['cancelRun']>[2] = () => null,
): Promise<Cancelled> {
  return database.transaction(async (statements, unsure) => {
    const seen = await readSeen(statements, runId)
    if (seen === undefined) return 'missing'
    const { scheduleId } = seen
    await lockSchedules(statements, [scheduleId])
    // The slot's other runs too: of two that end at once, the one that ends last must see the other's end.
    const slot = await lockRuns(statements, [runId, ...(await readSlotIds(statements, seen))])
    const run = slot.find((each) => each.id === runId)
    if (run === undefined) return 'missing'
    if (unsure && run.status === 'CANCELLED' && run.reason === 'requested') return 'cancelled'
    const outcome = outcomeOf(run)
    if (outcome === 'ended') return outcome
    const now = await readNow(statements)
    await cancelRuns(statements, [runId], now)
    if (outcome === 'cancelled' && run.trigger === 'CRON') {
      const settlement = settle(
        scheduleId,
        slot.map((each) => (each === run ? { ...run, status: 'CANCELLED' } : each)),
      )
      if (settlement !== null) await writeSettlements(statements, [settlement], now, unsure)
    }
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

async function readSeen({ all }: Statements, runId: string): Promise<RunHead | undefined> {
  return (await all(`SELECT ${HEAD} FROM JobRun WHERE id = ?`, [runId])).map(headOf)[0]
}

async function readSlotIds({ all }: Statements, { scheduleId, scheduledFor }: RunHead): Promise<string[]> {
  if (scheduledFor === null) return []
  const sql = 'SELECT id FROM JobRun WHERE scheduleId = ? AND scheduledFor = ?'
  return (await all(sql, [scheduleId, scheduledFor])).map((row) => String(row['id']))
}

async function lockRuns({ all, dialect }: Statements, runIds: readonly string[]): Promise<RunHead[]> {
  const ids = sorted(runIds)
  const sql = `SELECT ${HEAD} FROM JobRun${dialect.byPrimaryKey} WHERE id IN (${marks(ids)}) ORDER BY id${dialect.forUpdate}`
  return (await all(sql, ids)).map(headOf)
}

function outcomeOf(run: RunHead): 'cancelled' | 'requested' | 'ended' {
  if (isWaiting(run)) return 'cancelled'
  return run.status === 'PENDING' || run.status === 'QUEUED' || run.status === 'RUNNING' ? 'requested' : 'ended'
}
