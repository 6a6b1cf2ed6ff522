import type { RunHead } from '../../domain/run.js'
import { settledSlot } from '../../ledger/settlement.js'
import { chunksOf, type Database, groupBy, marks, sorted, type Statements } from '../database.js'
import type { GlobalPause, LockedSchedule, TakeDecision, Taken } from '../store.js'
import { repeatWhenDuplicate } from './duplicates.js'
import { insertRunRows, slotRuns, withoutDecided, withoutExisting, writeOffRow } from './new-runs.js'
import { lockTakingPass } from './now.js'
import { headOf, HEAD } from './runs.js'
import { changeSchedules, lockSchedules, withRuns } from './schedules.js'
import { settleSlots } from './settle.js'

type Decide = (locked: LockedSchedule, globalPause: GlobalPause | null) => TakeDecision

/** One decision with the rows that it makes. */
interface Plan {
  locked: LockedSchedule
  decision: TakeDecision
  reserved: RunHead[]
  writeOffs: RunHead[]
}

/**
 * Takes slots and waiting runs. Locks in the order that every transaction keeps (pass row, schedules by id, runs by id).
 * A slot's unique key decides when somebody has inserted its run without this lock: then what exists is left out.
 */
export async function take(
  database: Database,
  passId: number,
  scheduleIds: readonly string[],
  decide: Decide,
): Promise<Taken[] | 'lost'> {
  if (scheduleIds.length === 0) return []
  let attempted: Taken[] | null = null
  return repeatWhenDuplicate((existing) =>
    database.transaction(async (statements, unsure) => {
      const pass = await lockTakingPass(statements, passId)
      if (pass === null) return 'lost'
      const { now, globalPause } = pass
      const schedules = await lockSchedules(statements, scheduleIds)
      if (unsure && attempted !== null && (await happened(statements, passId, attempted))) return attempted
      const decideNow = (locked: LockedSchedule): TakeDecision => decide(locked, globalPause)
      const plans = await makePlans(statements, passId, await withRuns(statements, schedules, now), decideNow, existing)
      attempted = await carryOut(statements, passId, plans, now, unsure)
      return attempted
    }),
  )
}

async function makePlans(
  statements: Statements,
  passId: number,
  locked: readonly LockedSchedule[],
  decide: (locked: LockedSchedule) => TakeDecision,
  existing: 'unknown' | 'left out',
): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const each of locked) {
    const decided = decide(each)
    const { id } = each.schedule
    const decision = { ...decided, writeOffs: await withoutDecided(statements, each.schedule, decided.writeOffs) }
    plans.push({
      locked: each,
      decision,
      reserved: decision.slots.flatMap((slot) => slotRuns(id, slot, passId, each.now)),
      writeOffs: decision.writeOffs.map((writeOff) => writeOffRow(id, writeOff, each.now)),
    })
  }
  if (existing === 'unknown') return plans
  const kept = new Set(
    await withoutExisting(
      statements,
      plans.flatMap((plan) => [...plan.reserved, ...plan.writeOffs]),
    ),
  )
  return plans.map((plan) => ({
    ...plan,
    reserved: plan.reserved.filter((run) => kept.has(run)),
    writeOffs: plan.writeOffs.filter((run) => kept.has(run)),
  }))
}

async function carryOut(
  statements: Statements,
  passId: number,
  plans: readonly Plan[],
  now: Date,
  unsure: boolean,
): Promise<Taken[]> {
  const changes = plans.flatMap(({ locked, decision }) =>
    decision.set === null ? [] : [{ id: locked.schedule.id, set: decision.set }],
  )
  await changeSchedules(statements, changes, now)
  await insertRunRows(
    statements,
    plans.flatMap((plan) => [...plan.writeOffs, ...plan.reserved]),
    now,
  )
  const resumed = await resume(statements, passId, plans)
  const ended = await end(statements, plans, now)
  const slots = ended.flatMap((run) => settledSlot(run) ?? [])
  const paused = await settleSlots(statements, slots, now, unsure)
  await stop(statements, plans, now)
  return plans.map(({ locked, decision, reserved }) => ({
    scheduleId: locked.schedule.id,
    decision,
    runs: [...reserved, ...decision.resume.flatMap((id) => resumed.get(id) ?? [])],
    paused: paused.includes(locked.schedule.id),
  }))
}

async function resume(statements: Statements, passId: number, plans: readonly Plan[]): Promise<Map<string, RunHead>> {
  const ids = sorted(plans.flatMap((plan) => plan.decision.resume))
  const resumed = new Map<string, RunHead>()
  for (const some of chunksOf(ids)) {
    await statements.run(
      `UPDATE JobRun${statements.dialect.byPrimaryKey} SET passId = ?, availableAt = NULL ` +
        `WHERE id IN (${marks(some)}) AND status = 'PENDING' AND availableAt IS NOT NULL`,
      [passId, ...some],
    )
    const rows = await statements.all(
      `SELECT ${HEAD} FROM JobRun WHERE id IN (${marks(some)}) AND status = 'PENDING' AND passId = ? AND availableAt IS NULL`,
      [...some, passId],
    )
    for (const run of rows.map(headOf)) resumed.set(run.id, run)
  }
  return resumed
}

/** Returns the runs that end here, as they were. */
async function end({ updateEach }: Statements, plans: readonly Plan[], now: Date): Promise<RunHead[]> {
  const ends = plans.flatMap(({ locked, decision }) =>
    decision.end.flatMap((each) => {
      const run = locked.waiting.find(({ id }) => id === each.runId)
      return run === undefined ? [] : [{ run, ...each }]
    }),
  )
  const rows = ends.map(({ runId, status, reason, error }) => ({
    id: runId,
    status,
    reason,
    error,
    availableAt: null,
    finishedAt: now,
  }))
  await updateEach(
    'JobRun',
    'id',
    rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
  )
  return ends.map(({ run }) => run)
}

async function stop({ run, dialect }: Statements, plans: readonly Plan[], now: Date): Promise<void> {
  const stops = plans.flatMap((plan) => plan.decision.stop)
  for (const [reason, group] of groupBy(stops, (each) => each.reason)) {
    const ids = sorted(group.map((each) => each.runId))
    await run(
      `UPDATE JobRun${dialect.byPrimaryKey} SET cancelRequestedAt = ?, reason = ? ` +
        `WHERE id IN (${marks(ids)}) AND cancelRequestedAt IS NULL AND ` +
        // One that its pass has let go meanwhile is open no more.
        "(status IN ('QUEUED', 'RUNNING') OR (status = 'PENDING' AND availableAt IS NULL))",
      [now, reason, ...ids],
    )
  }
}

// Ids are made here, and a waiting run is held by nobody until taken: one trace shows that all was committed.
async function happened({ all }: Statements, passId: number, attempted: readonly Taken[]): Promise<boolean> {
  const ids = attempted.flatMap((taken) => taken.runs.map((run) => run.id))
  if (ids.length === 0) return false
  const rows = await all(`SELECT id FROM JobRun WHERE passId = ? AND id IN (${marks(ids)}) LIMIT 1`, [passId, ...ids])
  return rows.length > 0
}
