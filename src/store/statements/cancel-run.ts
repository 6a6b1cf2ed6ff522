import type { RunStatus } from '../../domain/run.js'
import { chunksOf, type Database, marks, type Row, sorted, type Statements } from '../database.js'
import type { NewAuditEvent } from '../store.js'
import { writeAudit } from './audit.js'
import { readNow } from './now.js'
import { lockSchedules } from './schedules.js'

type Cancelled = 'cancelled' | 'requested' | 'ended' | 'missing'

/** The schedule's lock comes first, as in a take: a waiting run is either cancelled or taken. */
export async function cancelRun(database: Database, runId: string, audit: NewAuditEvent): Promise<Cancelled> {
  return database.transaction(async (statements, unsure) => {
    const [seen] = await statements.all('SELECT scheduleId FROM JobRun WHERE id = ?', [runId])
    if (seen === undefined) return 'missing'
    await lockSchedules(statements, [String(seen['scheduleId'])])
    const run = await lockRun(statements, runId)
    if (run === undefined) return 'missing'
    if (unsure && run['status'] === 'CANCELLED' && run['reason'] === 'requested') return 'cancelled'
    const outcome = outcomeOf(run)
    if (outcome === 'ended') return outcome
    const now = await readNow(statements)
    await cancelRuns(statements, [runId], now)
    await writeAudit(statements, [audit], now)
    return outcome
  })
}

/** Waiting runs end CANCELLED, the others are asked to stop; the locks of their schedules are held. */
export async function cancelRuns({ run, dialect }: Statements, runIds: readonly string[], now: Date): Promise<void> {
  for (const ids of chunksOf(sorted(runIds))) {
    const these = `WHERE id IN (${marks(ids)})`
    await run(
      `UPDATE JobRun${dialect.byPrimaryKey} SET status = 'CANCELLED', reason = 'requested', availableAt = NULL, finishedAt = ? ` +
        `${these} AND status = 'PENDING' AND availableAt IS NOT NULL`,
      [now, ...ids],
    )
    await run(
      `UPDATE JobRun${dialect.byPrimaryKey} SET cancelRequestedAt = ?, reason = 'requested' ` +
        `${these} AND status IN ('PENDING', 'QUEUED', 'RUNNING') AND cancelRequestedAt IS NULL`,
      [now, ...ids],
    )
  }
}

async function lockRun({ all, dialect }: Statements, runId: string): Promise<Row | undefined> {
  const sql = `SELECT status, reason, availableAt FROM JobRun${dialect.byPrimaryKey} WHERE id = ?${dialect.forUpdate}`
  return (await all(sql, [runId]))[0]
}

function outcomeOf(run: Row): 'cancelled' | 'requested' | 'ended' {
  const status = run['status'] as RunStatus
  if (status === 'PENDING' && run['availableAt'] !== null) return 'cancelled'
  return status === 'PENDING' || status === 'QUEUED' || status === 'RUNNING' ? 'requested' : 'ended'
}
