import type { RunReason } from '../../domain/run.js'
import { chunksOf, type Database, marks, sorted } from '../database.js'
import { lockLivePass } from './now.js'

/** Runs that the pass reserved and will not start: any pass may take them from now on. Why one is to be cancelled is kept. */
export async function releaseRuns(
  database: Database,
  passId: number,
  runIds: readonly string[],
  reason: RunReason | null,
): Promise<void> {
  for (const ids of chunksOf(sorted(runIds))) {
    await database.transaction(async (statements) => {
      const now = await lockLivePass(statements, passId)
      if (now === null) return
      await statements.run(
        `UPDATE JobRun${statements.dialect.byPrimaryKey} SET passId = NULL, availableAt = ?, ` +
          'reason = CASE WHEN cancelRequestedAt IS NULL THEN COALESCE(?, reason) ELSE reason END ' +
          `WHERE id IN (${marks(ids)}) AND status = 'PENDING' AND availableAt IS NULL AND passId = ?`,
        [now, reason, ...ids, passId],
      )
    })
  }
}
