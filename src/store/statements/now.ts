import { requiredInstant } from '../columns.js'
import type { Statements } from '../database.js'

/** The database's clock. */
export async function readNow({ all, dialect }: Statements): Promise<Date> {
  const [row] = await all(`SELECT ${dialect.now} AS now`)
  return requiredInstant(row?.['now'])
}

/**
 * The database's now when the pass is RUNNING with a lease in the future, else null. Its row stays locked until the
 * transaction ends, so that nobody can bury the pass before what follows is committed.
 */
export async function lockLivePass({ all, dialect }: Statements, passId: number): Promise<Date | null> {
  const [row] = await all(
    `SELECT ${dialect.now} AS now FROM RunnerPass WHERE id = ? AND status = 'RUNNING' AND leaseUntil > ${dialect.now}${dialect.forUpdate}`,
    [passId],
  )
  return row === undefined ? null : requiredInstant(row['now'])
}
