import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import type { LockedSchedule, Store } from '../../src/store/store.js'
import {
  createSchedule,
  EMPTY,
  expire,
  FIGURES,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  NOTHING,
  PASS,
  slotAt,
  startRuns,
  takeSlot,
} from '../store/fixtures.js'

/** What must hold of any store; each throws where it does not. */
export const PROBES: Record<string, (fixture: Fixture) => Promise<void>> = {
  async 'a pass whose lease is over writes nothing'(fixture) {
    const { passId, runIds, store } = await running(fixture)
    await expire(fixture, passId)
    await writesNothing(fixture, passId, runIds[0])
    equal((await store.renewLease(passId, LEASE_MS)).alive, false)
    equal(await store.closePass(passId, 'FINISHED', FIGURES), false)
  },
  async 'a pass that was buried writes nothing, whatever its lease says'(fixture) {
    const { passId, runIds, store } = await running(fixture)
    await fixture.sql("UPDATE RunnerPass SET status = 'LOST' WHERE id = ?", [passId])
    await writesNothing(fixture, passId, runIds[0])
    equal((await store.renewLease(passId, LEASE_MS)).alive, false)
    equal(await store.closePass(passId, 'FINISHED', FIGURES), false)
  },
  async 'only passes that run and whose lease is over are buried'(fixture) {
    const { store } = fixture
    const alive = await store.openPass(PASS, LEASE_MS)
    const closed = await store.openPass(PASS, LEASE_MS)
    const dead = await store.openPass(PASS, LEASE_MS)
    await store.closePass(closed.id, 'FINISHED', FIGURES)
    await expire(fixture, dead.id)
    deepEqual(
      (await store.buryExpiredPasses()).filter((id) => [alive.id, closed.id, dead.id].includes(id)),
      [dead.id],
    )
  },
  async 'a pass records runs that it holds, in the attempt that it made, and no others'(fixture) {
    const { store } = fixture
    const own = await startRuns(store, ['a', 'b', 'c'])
    const other = await startRuns(store, ['a'])
    const [first = '', second = '', third = ''] = own.runIds
    await fixture.sql("UPDATE JobRun SET status = 'COMPLETED' WHERE id = ?", [second])
    const finishes = [first, second, other.runIds[0] ?? ''].map((id) => finish(id, { attempt: id === first ? 2 : 1 }))
    const recorded = await store.record(own.passId, { ...EMPTY, finishes: [...finishes, finish(third)] })
    ok(recorded !== 'lost')
    deepEqual([...recorded.finished], [third])
  },
  async 'a run is started once, by its holder, and not when it is to be cancelled'(fixture) {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a', 'b'])
    const [started = '', asked = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING', cancelRequestedAt = '2026-01-01 00:00:00' WHERE id = ?", [
      asked,
    ])
    const starts = runIds.map((runId) => ({ runId, attempt: 1, maxAttempts: 1 }))
    const again = await store.record(passId, { ...EMPTY, starts })
    ok(again !== 'lost')
    deepEqual([...again.started], [])
    equal((await store.readRuns([started]))[0]?.status, 'RUNNING')
  },
  async 'a slot is taken once, and taking it moves the schedule on'(fixture) {
    const { store } = fixture
    const id = await createSchedule(store)
    const takes = await Promise.all(
      [0, 1].map(async () => store.take((await store.openPass(PASS, LEASE_MS)).id, [id], takeSlot('a'))),
    )
    equal(takes.flatMap((taken) => (taken === 'lost' ? [] : taken.flatMap((each) => each.runs))).length, 1)
    equal((await store.readSlot(id, slotAt(0))).length, 1)
    ok(((await store.readSchedules([id]))[0]?.nextRunAt ?? slotAt(0)) > slotAt(0))
  },
  async 'a slot that has a run already is left out'(fixture) {
    const { store } = fixture
    const { scheduleId, passId } = await startRuns(store, ['a'])
    // As a decision would that has not seen it.
    const again = (locked: LockedSchedule) =>
      takeSlot('a')({ ...locked, schedule: { ...locked.schedule, nextRunAt: slotAt(0) } })
    const taken = await store.take(passId, [scheduleId], again)
    ok(taken !== 'lost')
    deepEqual(
      taken.flatMap((each) => each.runs),
      [],
    )
    equal((await store.readSlot(scheduleId, slotAt(0))).length, 1)
  },
  async 'only a waiting run is taken'(fixture) {
    const { store } = fixture
    const { scheduleId, passId, runIds } = await startRuns(store, ['a', 'b'])
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [runIds[1] ?? ''])
    const thief = await store.openPass(PASS, LEASE_MS)
    const taken = await store.take(thief.id, [scheduleId], () => ({ ...NOTHING, resume: runIds }))
    ok(taken !== 'lost')
    deepEqual(
      taken.flatMap((each) => each.runs),
      [],
    )
    deepEqual(
      (await store.readRuns(runIds)).map((run) => run.passId),
      [passId, passId],
    )
  },
  async 'an orphan is settled as it was found, and only when its pass is dead'(fixture) {
    const { store } = fixture
    const { id } = await store.openPass(PASS, LEASE_MS)
    const held = await startRuns(store, ['a'])
    const [runId = ''] = held.runIds
    const verdict = {
      runId,
      slot: null,
      status: 'PENDING',
      reason: null,
      error: null,
      crashes: 1,
      attempts: [],
    } as const
    const settled = async (status: 'RUNNING' | 'PENDING', passId: number): Promise<string[]> =>
      (await store.settleOrphans(id, [{ ...verdict, found: { status, passId } }])).settled.map((each) => each.runId)
    deepEqual(await settled('RUNNING', held.passId), [])
    await fixture.sql("UPDATE RunnerPass SET status = 'LOST' WHERE id = ?", [held.passId])
    deepEqual(await settled('PENDING', held.passId), [])
    deepEqual(await settled('RUNNING', 999_999), [])
    deepEqual(await settled('RUNNING', held.passId), [runId])
  },
  async 'a pass gives back only what it holds and has not started'(fixture) {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a', 'b'])
    const [running = '', reserved = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [reserved])
    const other = await store.openPass(PASS, LEASE_MS)
    await store.releaseRuns(other.id, [reserved], null)
    equal((await store.readRuns([reserved]))[0]?.passId, passId)
    await store.releaseRuns(passId, runIds, null)
    deepEqual(
      (await store.readRuns([running, reserved])).map((run) => run.passId),
      [passId, null],
    )
  },
  async 'a cancel ends what waits and asks what runs'(fixture) {
    const { store } = fixture
    const { runIds } = await startRuns(store, ['a', 'b'])
    const [running = '', waiting = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING', passId = NULL, availableAt = startedAt WHERE id = ?", [
      waiting,
    ])
    deepEqual(
      [await store.cancelRun(running, NO_AUDIT), await store.cancelRun(waiting, NO_AUDIT)],
      ['requested', 'cancelled'],
    )
    deepEqual(
      (await store.readRuns([running, waiting])).map((run) => run.status),
      ['RUNNING', 'CANCELLED'],
    )
  },
  async 'a run that was asked to stop does not wait again'(fixture) {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['fails', 'reserved', 'dies'])
    const [fails = '', reserved = '', dies = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [reserved])
    for (const runId of runIds) await store.cancelRun(runId, NO_AUDIT)
    const retry = finish(fails, { status: 'PENDING', reason: 'retry', availableInMs: 1000 })
    await store.record(passId, { ...EMPTY, finishes: [retry] })
    await store.releaseRuns(passId, [reserved], 'interrupted')
    await expire(fixture, passId)
    await store.buryExpiredPasses()
    const { id } = await store.openPass(PASS, LEASE_MS)
    const verdict = { slot: null, status: 'PENDING', reason: 'crashed', error: null, crashes: 1, attempts: [] } as const
    await store.settleOrphans(id, [{ ...verdict, runId: dies, found: { status: 'RUNNING', passId } }])
    deepEqual(
      (await store.readRuns(runIds)).map(({ status, reason }) => [status, reason]),
      runIds.map(() => ['CANCELLED', 'requested']),
    )
  },
  async 'a slot counts once all of its runs have ended, whatever ends the last'(fixture) {
    const { store } = fixture
    const { scheduleId, passId, runIds } = await startRuns(store, ['a', 'b'])
    const [first = '', second = ''] = runIds
    const slots = [{ scheduleId, slot: slotAt(0) }]
    const count = async () => (await store.readSchedules([scheduleId]))[0]?.consecutiveFailures
    await store.record(passId, { ...EMPTY, finishes: [finish(first, { status: 'FAILED' })], slots })
    equal(await count(), 0)
    await store.record(passId, { ...EMPTY, finishes: [finish(second)], slots })
    equal(await count(), 1)
    const other = await startRuns(store, ['c'])
    await expire(fixture, other.passId)
    await store.buryExpiredPasses()
    const { id } = await store.openPass(PASS, LEASE_MS)
    const [runId = ''] = other.runIds
    const found = { status: 'RUNNING', passId: other.passId } as const
    const end = { status: 'ABANDONED', reason: null, error: null, crashes: 1, attempts: [] } as const
    const slot = { scheduleId: other.scheduleId, slot: slotAt(0) }
    await store.settleOrphans(id, [{ runId, slot, found, ...end }])
    equal((await store.readSchedules([other.scheduleId]))[0]?.consecutiveFailures, 1)
  },
  async 'a transaction that fails half way leaves nothing'(fixture) {
    const { store } = fixture
    const id = await createSchedule(store)
    const pass = await store.openPass(PASS, LEASE_MS)
    await rejects(store.take(pass.id, [id], takeSlot(null as unknown as string)))
    deepEqual((await store.readSchedules([id]))[0]?.nextRunAt, slotAt(0))
    const taken = await store.take(pass.id, [id], takeSlot('a'))
    ok(taken !== 'lost')
    equal(taken.flatMap((each) => each.runs).length, 1)
  },
}

async function running(fixture: Fixture): Promise<{ passId: number; runIds: string[]; store: Store }> {
  return { ...(await startRuns(fixture.store, ['a'])), store: fixture.store }
}

async function writesNothing({ store }: Fixture, passId: number, runId = ''): Promise<void> {
  const id = await createSchedule(store)
  equal(await store.take(passId, [id], takeSlot('a')), 'lost')
  equal(await store.record(passId, { ...EMPTY, finishes: [finish(runId)] }), 'lost')
  deepEqual(await store.readSlot(id, slotAt(0)), [])
  equal((await store.readRuns([runId]))[0]?.status, 'RUNNING')
}
