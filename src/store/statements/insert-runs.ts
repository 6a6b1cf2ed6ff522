import type { RunHead } from '../../domain/run.js'
import { ScheduleError } from '../../errors.js'
import { chunksOf, type Database, marks, type Statements } from '../database.js'
import type { InsertRuns } from '../store.js'
import { writeAudit } from './audit.js'
import { repeatWhenDuplicate } from './duplicates.js'
import { insertRunRows, newRun, withoutExisting } from './new-runs.js'
import { lockLivePass, readNow } from './now.js'
import { isWaiting, readUnfinished } from './runs.js'
import { lockSchedules } from './schedules.js'

type Inserted = { inserted: RunHead[] } | { open: RunHead }

/** Throws SCHEDULE_NOT_FOUND, and LEASE_LOST when the pass that wants them has lost its lease. */
export async function insertRuns(database: Database, request: InsertRuns): Promise<Inserted> {
  let attempted: RunHead[] = []
  return repeatWhenDuplicate(() =>
    database.transaction(async (statements, unsure): Promise<Inserted> => {
      const now = await nowFor(statements, request.passId)
      const [schedule] = await lockSchedules(statements, [request.scheduleId])
      if (schedule === undefined)
        throw new ScheduleError('SCHEDULE_NOT_FOUND', `There is no schedule '${request.scheduleId}'`)
      if (unsure && (await anyExists(statements, attempted))) return { inserted: attempted }
      if (request.refuseIfOpen) {
        const open = (await readUnfinished(statements, [request.scheduleId])).find((run) => !isWaiting(run))
        if (open !== undefined) return { open }
      }
      attempted = await withoutExisting(statements, rowsOf(request, now))
      await insertRunRows(statements, attempted, now)
      if (request.audit !== null) await writeAudit(statements, [request.audit], now)
      return { inserted: attempted }
    }),
  )
}

async function nowFor(statements: Statements, passId: number | null): Promise<Date> {
  if (passId === null) return readNow(statements)
  const now = await lockLivePass(statements, passId)
  if (now === null)
    throw new ScheduleError('LEASE_LOST', `Pass ${passId} has lost its lease`, { fix: 'Start it again.' })
  return now
}

function rowsOf({ scheduleId, trigger, runs, requestedBy, passId }: InsertRuns, now: Date): RunHead[] {
  return runs.map((run) =>
    newRun({
      ...run,
      scheduleId,
      trigger,
      createdAt: now,
      passId,
      availableAt: passId === null ? now : null,
      requestedBy: requestedBy?.slice(0, 255) ?? null,
    }),
  )
}

async function anyExists({ all }: Statements, runs: readonly RunHead[]): Promise<boolean> {
  for (const some of chunksOf(runs.map((run) => run.id))) {
    if ((await all(`SELECT id FROM JobRun WHERE id IN (${marks(some)}) LIMIT 1`, some)).length > 0) return true
  }
  return false
}
