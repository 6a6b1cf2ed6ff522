import { requiredInstant } from '../columns.js'
import type { Row, Statements } from '../database.js'
import type { GlobalPause } from '../store.js'
import { readPause } from './read-pause.js'

/** The database's clock. */
export async function readNow({ all, dialect }: Statements): Promise<Date> {
  const [row] = await all(`SELECT ${dialect.now} AS now`)
  return requiredInstant(row?.['now'])
}

/**
 * The database's now when the pass is RUNNING with a lease in the future, else null. Its row stays locked until the
 * transaction ends, so that nobody can bury the pass before what follows is committed.
 */
export async function lockLivePass(statements: Statements, passId: number): Promise<Date | null> {
  const row = await lockPass(statements, passId)
  return row === undefined ? null : requiredInstant(row['now'])
}

/** The same for a pass that is about to take slots: one that has begun heeds a pause of everything all the same. */
export async function lockTakingPass(
  statements: Statements,
  passId: number,
): Promise<{ now: Date; globalPause: GlobalPause | null } | null> {
  const row = await lockPass(statements, passId, ", (SELECT value FROM RunnerSetting WHERE name = 'pause') AS value")
  return row === undefined ? null : { now: requiredInstant(row['now']), globalPause: readPause(row) }
}

async function lockPass({ all, dialect }: Statements, passId: number, more = ''): Promise<Row | undefined> {
  const columns = `${dialect.now} AS now${more}`
  const [row] = await all(
    `SELECT ${columns} FROM RunnerPass WHERE id = ? AND status = 'RUNNING' AND leaseUntil > ${dialect.now}${dialect.forUpdate}`,
    [passId],
  )
  return row
}
