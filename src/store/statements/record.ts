import type { RunReason, RunStatus, Trigger } from '../../domain/run.js'
import { encodeJson, instantOf } from '../columns.js'
import { type Database, marks, sorted, type Statements, type Values } from '../database.js'
import type { Recorded, RecordBatch, RunFinish, RunSkip, RunStart } from '../store.js'
import { withEarlierLogs } from './logs.js'
import { lockLivePass } from './now.js'
import { lockSettled, readSettlements, writeSettlements } from './settle.js'

/** A run as its lock shows it. */
interface HeldRun {
  status: RunStatus
  passId: number | null
  attempt: number
  reason: RunReason | null
  cancelRequested: boolean
  trigger: Trigger
  scheduleId: string
  startedAt: Date | null
}

/**
 * Records starts, finishes and settlements in one transaction. The pass row and every run are locked and looked at
 * first, so that each write is known to hit a run which this pass holds.
 */
export async function record(database: Database, passId: number, batch: RecordBatch): Promise<Recorded | 'lost'> {
  let manual: HeldRun[] = []
  const recorded = await database.transaction(async (statements, unsure): Promise<Recorded | 'lost'> => {
    const now = await lockLivePass(statements, passId)
    if (now === null) return 'lost'
    const schedules = await lockSettled(statements, [...batch.settlements, ...batch.slots])
    const runs = await lockRuns(statements, batch)
    const mine = (id: string, status: RunStatus): HeldRun | null => {
      const run = runs.get(id)
      return run !== undefined && run.passId === passId && run.status === status ? run : null
    }

    const finishes = batch.finishes
      .filter((each) => mine(each.runId, 'RUNNING')?.attempt === each.attempt)
      .map((each) => unlessCancelled(each, runs.get(each.runId)))
    const skips = batch.skips.filter((each) => mine(each.runId, 'PENDING') !== null)
    const starts = batch.starts.filter((each) => mine(each.runId, 'PENDING')?.cancelRequested === false)
    const progress = batch.progress.filter((each) => mine(each.runId, 'RUNNING') !== null)
    const logged = await withEarlierLogs(statements, finishes)
    await write(
      statements,
      logged.map((each) => finishValues(each, passId, now)),
    )
    await write(
      statements,
      skips.map((each) => skipValues(each, now)),
    )
    await write(
      statements,
      starts.map((each) => startValues(each, now)),
    )
    await write(
      statements,
      progress.map(({ runId, fraction, note }) => ({ id: runId, progress: JSON.stringify({ fraction, note }) })),
    )
    const settlements = [...batch.settlements, ...(await readSettlements(statements, batch.slots))]
    const paused = await writeSettlements(statements, schedules, settlements, now, unsure)

    const ended = finishes.filter((each) => each.status !== 'PENDING').flatMap((each) => runs.get(each.runId) ?? [])
    manual = ended.filter((run) => run.trigger === 'MANUAL')
    const before = unsure ? alreadyRecorded(batch, runs, passId) : NOTHING
    return {
      started: idSet(starts, before.starts),
      finished: idSet(finishes, before.finishes),
      cancelled: cancelledOf(batch, finishes, before.finishes),
      skipped: idSet(skips, before.skips),
      paused,
    }
  })
  if (recorded !== 'lost') await noteManualRuns(database, manual)
  return recorded
}

// After the transaction: a schedule's lock may not follow those of runs. Only people read it.
async function noteManualRuns(database: Database, manual: readonly HeldRun[]): Promise<void> {
  for (const { scheduleId, startedAt } of manual) {
    const sql = 'UPDATE JobSchedule SET lastRunAt = ? WHERE id = ? AND (lastRunAt IS NULL OR lastRunAt < ?)'
    if (startedAt !== null) await database.direct(({ run }) => run(sql, [startedAt, scheduleId, startedAt]))
  }
}

async function lockRuns({ all, dialect }: Statements, batch: RecordBatch): Promise<Map<string, HeldRun>> {
  const lists = [batch.finishes, batch.skips, batch.starts, batch.progress]
  const ids = sorted(lists.flatMap((list) => list.map((each) => each.runId)))
  if (ids.length === 0) return new Map()
  const sql = `SELECT id, status, reason, passId, attempt, cancelRequestedAt, \`trigger\`, scheduleId, startedAt FROM JobRun${dialect.byPrimaryKey} WHERE id IN (${marks(ids)}) ORDER BY id`
  const rows = await all(sql + dialect.forUpdate, ids)
  return new Map(
    rows.map((row) => [
      String(row['id']),
      {
        status: row['status'] as RunStatus,
        reason: row['reason'] as RunReason | null,
        passId: row['passId'] === null ? null : Number(row['passId']),
        attempt: Number(row['attempt']),
        cancelRequested: row['cancelRequestedAt'] !== null,
        trigger: row['trigger'] as Trigger,
        scheduleId: String(row['scheduleId']),
        startedAt: instantOf(row['startedAt']),
      },
    ]),
  )
}

async function write({ updateEach }: Statements, rows: Values[]): Promise<void> {
  await updateEach(
    'JobRun',
    'id',
    rows.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1)),
  )
}

function startValues({ runId, attempt, maxAttempts }: RunStart, now: Date): Values {
  return {
    id: runId,
    status: 'RUNNING',
    reason: null,
    attempt,
    maxAttempts,
    availableAt: null,
    startedAt: now,
    finishedAt: null,
    progress: null,
  }
}

/** Nobody but its pass knows of a run that holds; one that waits again would never hear that it is to end. */
function unlessCancelled(finish: RunFinish, run: HeldRun | undefined): RunFinish {
  if (finish.status !== 'PENDING' || run?.cancelRequested !== true) return finish
  return { ...finish, status: 'CANCELLED', reason: run.reason ?? 'requested' }
}

/** Those of the batch that were to wait and ended instead. */
function cancelledOf(batch: RecordBatch, ...written: readonly (readonly RunFinish[])[]): Map<string, RunReason> {
  const toWait = new Set(batch.finishes.filter((each) => each.status === 'PENDING').map((each) => each.runId))
  const ended = written.flat().filter((each) => each.status === 'CANCELLED' && toWait.has(each.runId))
  return new Map(ended.map((each) => [each.runId, each.reason ?? 'requested']))
}

function finishValues(finish: RunFinish, passId: number, now: Date): Values {
  const { runId, status, reason, heldByPass, availableInMs, durationMs, output, error, log, crashes, attempts } = finish
  const waits = status === 'PENDING' && !heldByPass
  return {
    id: runId,
    status,
    reason,
    passId: waits ? null : passId,
    availableAt: waits ? new Date(now.getTime() + (availableInMs ?? 0)) : null,
    finishedAt: status === 'PENDING' ? null : now,
    durationMs: Math.round(durationMs),
    output: encodeJson(output),
    error,
    log,
    crashes,
    attempts: JSON.stringify(attempts),
  }
}

function skipValues({ runId, status, reason, error }: RunSkip, now: Date): Values {
  return { id: runId, status, reason, error, availableAt: null, finishedAt: now }
}

interface Lists {
  starts: readonly { runId: string }[]
  finishes: readonly RunFinish[]
  skips: readonly { runId: string }[]
}
const NOTHING: Lists = { starts: [], finishes: [], skips: [] }

// The lease held all the time, so nobody but this pass can have changed what it held: what stands as the batch would
// have left it was committed before the connection was lost.
function alreadyRecorded(batch: RecordBatch, runs: ReadonlyMap<string, HeldRun>, passId: number): Lists {
  const stands = (id: string, expected: Partial<HeldRun>): boolean => {
    const run = runs.get(id)
    return run !== undefined && Object.entries(expected).every(([key, value]) => run[key as keyof HeldRun] === value)
  }
  return {
    starts: batch.starts.filter(({ runId, attempt }) => stands(runId, { status: 'RUNNING', passId, attempt })),
    skips: batch.skips.filter(({ runId, status }) => stands(runId, { status, passId })),
    finishes: batch.finishes
      .map((each) => unlessCancelled(each, runs.get(each.runId)))
      .filter(({ runId, status, attempt, heldByPass }) =>
        // A run that was let go may have been taken by another pass since.
        status === 'PENDING' && !heldByPass
          ? runs.get(runId)?.passId !== passId
          : stands(runId, { status, passId, attempt }),
      ),
  }
}

function idSet(...lists: readonly (readonly { runId: string }[])[]): Set<string> {
  return new Set(lists.flat().map((each) => each.runId))
}
