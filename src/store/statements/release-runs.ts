import type { RunReason } from '../../domain/run.js'
import { settledSlot } from '../../ledger/settlement.js'
import { chunksOf, type Database, marks, sorted, type Statements } from '../database.js'
import type { Released } from '../store.js'
import { lockLivePass } from './now.js'
import { HEAD, headOf } from './runs.js'
import { lockSchedules } from './schedules.js'
import { settleSlots } from './settle.js'

/** Runs that the pass reserved and will not start: any pass may take them from now on. One that is to be cancelled ends. */
export async function releaseRuns(
  database: Database,
  passId: number,
  runIds: readonly string[],
  reason: RunReason | null,
): Promise<Released> {
  const released: Released = { cancelled: [], paused: [] }
  for (const ids of chunksOf(sorted(runIds))) {
    const { cancelled, paused } = await database.transaction(async (statements, unsure) => {
      const now = await lockLivePass(statements, passId)
      if (now === null) return { cancelled: [], paused: [] }
      await lockSchedulesOf(statements, ids)
      const these = `WHERE id IN (${marks(ids)}) AND status = 'PENDING' AND availableAt IS NULL AND passId = ?`
      const table = `JobRun${statements.dialect.byPrimaryKey}`
      // First: what is let go is locked then, so that none is asked to stop between the two.
      await statements.run(
        `UPDATE ${table} SET passId = NULL, availableAt = ?, reason = COALESCE(?, reason) ${these} AND cancelRequestedAt IS NULL`,
        [now, reason, ...ids, passId],
      )
      await statements.run(`UPDATE ${table} SET status = 'CANCELLED', finishedAt = ? ${these}`, [now, ...ids, passId])
      const sql = `SELECT ${HEAD} FROM ${table} WHERE id IN (${marks(ids)}) AND status = 'CANCELLED' AND passId = ?`
      const ended = (await statements.all(sql, [...ids, passId])).map(headOf)
      const slots = ended.flatMap((run) => settledSlot(run) ?? [])
      return { cancelled: ended.map((run) => run.id), paused: await settleSlots(statements, slots, now, unsure) }
    })
    released.cancelled.push(...cancelled)
    released.paused.push(...paused)
  }
  return released
}

/** Those whose slots may end with these runs: every transaction locks schedules before runs. */
async function lockSchedulesOf(statements: Statements, runIds: readonly string[]): Promise<void> {
  const sql = `SELECT DISTINCT scheduleId FROM JobRun WHERE id IN (${marks(runIds)}) AND \`trigger\` = 'CRON' AND cancelRequestedAt IS NOT NULL`
  const rows = await statements.all(sql, runIds)
  await lockSchedules(
    statements,
    rows.map((row) => String(row['scheduleId'])),
  )
}
