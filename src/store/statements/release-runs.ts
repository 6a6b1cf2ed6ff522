import type { RunReason } from '../../domain/run.js'
import { chunksOf, type Database, marks, sorted } from '../database.js'
import { lockLivePass } from './now.js'

/** Runs that the pass reserved and will not start: any pass may take them from now on. One that is to be cancelled ends. */
export async function releaseRuns(
  database: Database,
  passId: number,
  runIds: readonly string[],
  reason: RunReason | null,
): Promise<string[]> {
  const cancelled: string[] = []
  for (const ids of chunksOf(sorted(runIds))) {
    let ended: string[] = []
    await database.transaction(async (statements) => {
      const now = await lockLivePass(statements, passId)
      if (now === null) return
      const these = `WHERE id IN (${marks(ids)}) AND status = 'PENDING' AND availableAt IS NULL AND passId = ?`
      const table = `JobRun${statements.dialect.byPrimaryKey}`
      // First: what is let go is locked then, so that none is asked to stop between the two.
      await statements.run(
        `UPDATE ${table} SET passId = NULL, availableAt = ?, reason = COALESCE(?, reason) ${these} AND cancelRequestedAt IS NULL`,
        [now, reason, ...ids, passId],
      )
      await statements.run(`UPDATE ${table} SET status = 'CANCELLED', finishedAt = ? ${these}`, [now, ...ids, passId])
      const sql = `SELECT id FROM ${table} WHERE id IN (${marks(ids)}) AND status = 'CANCELLED' AND passId = ?`
      ended = (await statements.all(sql, [...ids, passId])).map((row) => String(row['id']))
    })
    cancelled.push(...ended)
  }
  return cancelled
}
