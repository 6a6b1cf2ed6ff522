import type { PassFigures, PassStatus } from '../../domain/pass.js'
import type { RunReason } from '../../domain/run.js'
import { instantOf, requiredInstant } from '../columns.js'
import { type Database, marks, type SqlValue } from '../database.js'
import type { BusyPass, NewPass, OpenedPass, Renewal } from '../store.js'
import { HELD_RUNS, OURS } from './check.js'

const COLUMNS = 'kind, host, pid, version, configName, status, startedAt, finishedAt, leaseUntil, exitCode'

/** Inserted only while nothing is due, waits or runs. */
export async function recordIdlePass(database: Database, pass: NewPass): Promise<OpenedPass | null> {
  return database.glance(async ({ run, all, dialect: { now, straightJoin } }) => {
    const nothing = [
      `SELECT 1 FROM JobSchedule s WHERE s.enabled = 1 AND s.nextRunAt <= ${now} AND ${OURS}`,
      `SELECT 1 FROM JobSchedule s WHERE s.enabled = 0 AND s.pausedUntil <= ${now} AND ${OURS}`,
      `SELECT 1 FROM JobRun r ${straightJoin} JobSchedule s ON s.id = r.scheduleId WHERE r.status = 'PENDING' AND r.availableAt <= ${now} AND ${OURS}`,
      HELD_RUNS,
    ].map((select) => `NOT EXISTS (${select})`)
    const { changes, insertId } = await run(
      `INSERT INTO RunnerPass (${COLUMNS}) SELECT ?, ?, ?, ?, ?, 'IDLE', ${now}, ${now}, NULL, 0 ` +
        `FROM (SELECT 1 AS one) o WHERE ${nothing.join(' AND ')}`,
      [...identity(pass), pass.configName, pass.configName, pass.configName],
    )
    if (changes === 0) return null
    const [row] = await all('SELECT startedAt FROM RunnerPass WHERE id = ?', [insertId])
    return { id: insertId, startedAt: requiredInstant(row?.['startedAt']) }
  })
}

export async function openPass(database: Database, pass: NewPass, leaseMs: number): Promise<OpenedPass> {
  return database.direct(async ({ run, all, dialect: { now, nowPlusMs } }) => {
    const { insertId } = await run(
      `INSERT INTO RunnerPass (${COLUMNS}) VALUES (?, ?, ?, ?, ?, 'RUNNING', ${now}, NULL, ${nowPlusMs}, NULL)`,
      [...identity(pass), leaseMs],
    )
    const [row] = await all('SELECT startedAt FROM RunnerPass WHERE id = ?', [insertId])
    return { id: insertId, startedAt: requiredInstant(row?.['startedAt']) }
  })
}

/** An expired lease is not extended: whoever sees it expired may bury the pass at once. */
export async function renewLease(database: Database, passId: number, leaseMs: number): Promise<Renewal> {
  return database.direct(async ({ run, all, dialect: { now, nowPlusMs } }) => {
    const { changes } = await run(
      `UPDATE RunnerPass SET leaseUntil = ${nowPlusMs} WHERE id = ? AND status = 'RUNNING' AND leaseUntil > ${now}`,
      [leaseMs, passId],
    )
    if (changes === 0) return { alive: false, cancel: [] }
    const asked = 'passId = ? AND cancelRequestedAt IS NOT NULL'
    const rows = await all(
      `SELECT id, reason FROM JobRun WHERE status = 'RUNNING' AND ${asked} ` +
        `UNION ALL SELECT id, reason FROM JobRun WHERE status = 'PENDING' AND availableAt IS NULL AND ${asked}`,
      [passId, passId],
    )
    return {
      alive: true,
      cancel: rows.map((row) => ({ runId: String(row['id']), reason: (row['reason'] ?? 'requested') as RunReason })),
    }
  })
}

export async function closePass(
  database: Database,
  passId: number,
  status: PassStatus,
  figures: PassFigures,
): Promise<boolean> {
  const { due, executed, failed, skipped, deferred, exitCode } = figures
  return database.direct(async ({ run, all, dialect: { now } }, unsure) => {
    const { changes } = await run(
      `UPDATE RunnerPass SET status = ?, finishedAt = ${now}, leaseUntil = NULL, due = ?, executed = ?, failed = ?, skipped = ?, ` +
        `deferred = ?, exitCode = ? WHERE id = ? AND status = 'RUNNING' AND leaseUntil > ${now}`,
      [status, due, executed, failed, skipped, deferred, exitCode, passId],
    )
    if (changes > 0 || !unsure) return changes > 0
    return (await all('SELECT 1 FROM RunnerPass WHERE id = ? AND status = ?', [passId, status])).length > 0
  })
}

/** Waits for a heartbeat under way and then sees what it wrote: only a lease that has really expired is lost. */
export async function buryExpiredPasses(database: Database): Promise<number[]> {
  return database.transaction(async ({ all, run, dialect: { now, forUpdate } }) => {
    const expired = `status = 'RUNNING' AND (leaseUntil IS NULL OR leaseUntil <= ${now})`
    const seen = ids(await all(`SELECT id FROM RunnerPass WHERE ${expired}`))
    if (seen.length === 0) return []
    const buried = ids(
      await all(`SELECT id FROM RunnerPass WHERE id IN (${marks(seen)}) AND ${expired} ORDER BY id${forUpdate}`, seen),
    )
    if (buried.length === 0) return []
    await run(
      `UPDATE RunnerPass SET status = 'LOST', leaseUntil = NULL, finishedAt = ${now} WHERE id IN (${marks(buried)})`,
      buried,
    )
    return buried
  })
}

export async function listBusyPasses(database: Database, exceptPassId: number): Promise<BusyPass[]> {
  return database.direct(async ({ all, dialect: { now } }) => {
    const rows = await all(
      `SELECT p.id, p.host, p.pid, p.leaseUntil, h.runs, ${now} AS now FROM RunnerPass p ` +
        `JOIN (SELECT passId, COUNT(*) AS runs FROM (${HELD_RUNS}) r GROUP BY passId) h ON h.passId = p.id ` +
        "WHERE p.status = 'RUNNING' AND p.id <> ? ORDER BY p.id",
      [exceptPassId],
    )
    return rows.map((row) => {
      const now = requiredInstant(row['now'])
      const leaseUntil = instantOf(row['leaseUntil']) ?? now
      return {
        id: Number(row['id']),
        host: String(row['host']),
        pid: Number(row['pid']),
        runs: Number(row['runs']),
        leaseUntil,
        leaseLeftMs: leaseUntil.getTime() - now.getTime(),
      }
    })
  })
}

export async function readLastPass(database: Database): Promise<{ startedAt: Date; status: PassStatus } | null> {
  return database.direct(async ({ all }) => {
    const [row] = await all("SELECT startedAt, status FROM RunnerPass WHERE kind = 'PASS' ORDER BY id DESC LIMIT 1")
    return row === undefined
      ? null
      : { startedAt: requiredInstant(row['startedAt']), status: String(row['status']) as PassStatus }
  })
}

function identity({ kind, host, pid, version, configName }: NewPass): SqlValue[] {
  return [kind, host.slice(0, 255), pid, version.slice(0, 32), configName]
}

function ids(rows: readonly Readonly<Record<string, unknown>>[]): number[] {
  return rows.map((row) => Number(row['id']))
}
