import type { RunHead, RunReason } from '../../domain/run.js'
import type { SlotId } from '../../ledger/settlement.js'
import { RUN_HEAD, selectList } from '../columns.js'
import { type Database, marks, sorted, type Statements } from '../database.js'
import type { OrphanVerdict, SettledOrphans } from '../store.js'
import { lockLivePass } from './now.js'
import { headOf } from './runs.js'
import { lockSettled, readSettlements, writeSettlements } from './settle.js'

/** Found by run, never through its schedule: an orphan's schedule may be gone. */
export async function findOrphans(
  database: Database,
  limit: number,
  { expiredToo = false, afterId = '' } = {},
): Promise<RunHead[]> {
  return database.direct(async ({ all, dialect: { now } }) => {
    const expired = expiredToo ? ` OR p.leaseUntil <= ${now}` : ''
    const orphans = (condition: string) =>
      `SELECT ${selectList(RUN_HEAD, 'r')} FROM JobRun r LEFT JOIN RunnerPass p ON p.id = r.passId ` +
      `WHERE ${condition} AND r.id > ? AND (p.id IS NULL OR p.status <> 'RUNNING'${expired})`
    const running = orphans("r.status = 'RUNNING'")
    const reserved = orphans("r.status = 'PENDING' AND r.availableAt IS NULL")
    const sql = `SELECT * FROM (${running} UNION ALL ${reserved}) o ORDER BY id LIMIT ${Math.trunc(limit)}`
    return (await all(sql, [afterId, afterId])).map(headOf)
  })
}

export async function settleOrphans(
  database: Database,
  passId: number,
  verdicts: readonly OrphanVerdict[],
): Promise<SettledOrphans> {
  if (verdicts.length === 0) return { settled: [], paused: [] }
  return database.transaction(async (statements, unsure) => {
    const now = await lockLivePass(statements, passId)
    if (now === null) return { settled: [], paused: [] }
    const schedules = await lockSettled(statements, slotsOf(verdicts))
    const found = await lockRuns(statements, verdicts)
    const alive = await livePasses(statements, verdicts)
    const asLocked = verdicts.map((verdict) => unlessCancelled(verdict, found.get(verdict.runId)))
    const stands = (v: OrphanVerdict, key: string) => found.get(v.runId)?.key === key
    const still = asLocked.filter((v) => stands(v, keyOf(v.found)) && !alive.has(v.found.passId))
    await statements.updateEach(
      'JobRun',
      'id',
      sortedById(still).map((verdict) => verdictValues(verdict, now)),
    )
    const earlier = unsure ? asLocked.filter((v) => stands(v, settledKey(v))) : []
    const settled = [...still, ...earlier]
    const ended = settled.filter((verdict) => verdict.status !== 'PENDING')
    const settlements = await readSettlements(statements, slotsOf(ended))
    return { settled, paused: await writeSettlements(statements, schedules, settlements, now, unsure) }
  })
}

function slotsOf(verdicts: readonly OrphanVerdict[]): SlotId[] {
  return verdicts.flatMap(({ slot }) => slot ?? [])
}

/** Somebody may have asked it to stop since it was found: no pass would tell one that waits, if its schedule is gone. */
function unlessCancelled(verdict: OrphanVerdict, found: FoundRun | undefined): OrphanVerdict {
  if (verdict.status !== 'PENDING' || found === undefined || found.cancelReason === null) return verdict
  return { ...verdict, status: 'CANCELLED', reason: found.cancelReason }
}

function verdictValues({ runId, status, reason, error, crashes, attempts, found }: OrphanVerdict, now: Date) {
  const waits = status === 'PENDING'
  return {
    id: runId,
    status,
    reason,
    error,
    crashes,
    attempts: JSON.stringify(attempts),
    availableAt: waits ? now : null,
    finishedAt: waits ? null : now,
    passId: waits ? null : found.passId,
  }
}

interface FoundRun {
  /** As `keyOf` a verdict; or that it waits. */
  key: string
  /** Null: nobody asked it to stop. */
  cancelReason: RunReason | null
}

async function lockRuns(
  { all, dialect }: Statements,
  verdicts: readonly OrphanVerdict[],
): Promise<Map<string, FoundRun>> {
  const ids = sorted(verdicts.map((verdict) => verdict.runId))
  const rows = await all(
    `SELECT id, status, passId, availableAt, reason, cancelRequestedAt FROM JobRun${dialect.byPrimaryKey} WHERE id IN (${marks(ids)}) ORDER BY id${dialect.forUpdate}`,
    ids,
  )
  return new Map(
    rows.map((row) => [
      String(row['id']),
      {
        key: row['availableAt'] === null ? `${String(row['status'])} ${String(row['passId'])}` : 'waiting',
        cancelReason: row['cancelRequestedAt'] === null ? null : ((row['reason'] ?? 'requested') as RunReason),
      },
    ]),
  )
}

function keyOf({ status, passId }: { status: string; passId: number | null }): string {
  return `${status} ${String(passId)}`
}

function settledKey({ status, found }: OrphanVerdict): string {
  return status === 'PENDING' ? 'waiting' : keyOf({ status, passId: found.passId })
}

// A pass never comes back to life, so one that is dead now stays dead.
async function livePasses({ all }: Statements, verdicts: readonly OrphanVerdict[]): Promise<Set<number | null>> {
  const ids = [...new Set(verdicts.flatMap((verdict) => verdict.found.passId ?? []))]
  if (ids.length === 0) return new Set()
  const rows = await all(`SELECT id FROM RunnerPass WHERE id IN (${marks(ids)}) AND status = 'RUNNING'`, ids)
  return new Set(rows.map((row) => Number(row['id'])))
}

function sortedById(verdicts: readonly OrphanVerdict[]): OrphanVerdict[] {
  const byId = new Map(verdicts.map((verdict) => [verdict.runId, verdict]))
  return sorted(byId.keys()).flatMap((id) => byId.get(id) ?? [])
}
