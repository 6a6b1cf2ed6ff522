import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/domain/schedule.js'
import { settledSlot } from '../../src/ledger/settlement.js'
import type { Store } from '../../src/store/store.js'
import { engines } from '../support/servers.js'
import {
  EMPTY,
  expire,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  NOTHING,
  openFixture,
  PASS,
  slotAt,
  startRuns,
} from './fixtures.js'

const LATER = { status: 'PENDING', reason: 'retry', availableInMs: 0 } as const
const FAILED = { status: 'FAILED', error: 'boom' } as const
const SETTLED = { lastStatus: 'FAILED', consecutiveFailures: 1, lastFinishedSlotAt: slotAt(0) }

describe.each(engines())('a slot on $name is settled with the end of its last run', (engine) => {
  let fixture: Fixture
  let store: Store
  beforeAll(async () => {
    fixture = await openFixture(engine)
    store = fixture.store
  })
  afterAll(() => fixture.close())

  /** A slot of two jobs: `ended` has failed, `other` waits for any pass, or is held by the pass. */
  async function halfEnded(other: 'waits' | 'runs', by: Store = store) {
    const started = await startRuns(by, ['ended', 'other'])
    const [endedId = '', otherId = ''] = started.runIds
    const slots = [{ scheduleId: started.scheduleId, slot: slotAt(0) }]
    const waits = other === 'waits' ? [finish(otherId, LATER)] : []
    await by.record(started.passId, { ...EMPTY, finishes: [finish(endedId, FAILED), ...waits], slots })
    expect(await scheduleOf(started.scheduleId)).toMatchObject({ lastStatus: null, consecutiveFailures: 0 })
    return { ...started, otherId, slots }
  }

  async function scheduleOf(id: string): Promise<Schedule | undefined> {
    return (await store.readSchedules([id]))[0]
  }

  it('by what the database says of the others, when a pass has only a part of it', async () => {
    const { scheduleId, passId, otherId, slots } = await halfEnded('runs')
    await store.record(passId, { ...EMPTY, finishes: [finish(otherId)], slots })
    expect(await scheduleOf(scheduleId)).toMatchObject(SETTLED)
    await store.record(passId, { ...EMPTY, slots })
    expect(await scheduleOf(scheduleId)).toMatchObject(SETTLED)
  })

  it('when a take ends what waited', async () => {
    const { scheduleId, otherId } = await halfEnded('waits')
    await fixture.sql('UPDATE JobSchedule SET pauseAfterFailures = 1 WHERE id = ?', [scheduleId])
    const pass = await store.openPass(PASS, LEASE_MS)
    const end = { runId: otherId, status: 'FAILED', reason: 'superseded', error: null } as const
    expect(await store.take(pass.id, [scheduleId], () => ({ ...NOTHING, end: [end] }))).toMatchObject([
      { scheduleId, paused: true },
    ])
    expect(await scheduleOf(scheduleId)).toMatchObject({ ...SETTLED, enabled: false, nextRunAt: null })
  })

  it('when an orphan ends', async () => {
    const { scheduleId, passId, otherId } = await halfEnded('runs')
    await fixture.sql('UPDATE JobSchedule SET pauseAfterFailures = 1 WHERE id = ?', [scheduleId])
    await expire(fixture, passId)
    await store.buryExpiredPasses()
    const pass = await store.openPass(PASS, LEASE_MS)
    const [run] = await store.readRuns([otherId])
    const verdict = {
      runId: otherId,
      slot: run === undefined ? null : settledSlot(run),
      found: { status: 'RUNNING', passId },
      reason: null,
      error: 'died',
      crashes: 1,
      attempts: [],
    } as const
    expect(await store.settleOrphans(pass.id, [{ ...verdict, status: 'PENDING' }])).toMatchObject({ paused: [] })
    expect(await scheduleOf(scheduleId)).toMatchObject({ lastStatus: null })
    await fixture.sql(
      "UPDATE JobRun SET status = 'RUNNING', passId = ?, availableAt = NULL, finishedAt = NULL WHERE id = ?",
      [passId, otherId],
    )
    const settled = await store.settleOrphans(pass.id, [{ ...verdict, status: 'ABANDONED' }])
    expect(settled).toMatchObject({ settled: [{ runId: otherId }], paused: [scheduleId] })
    expect(await scheduleOf(scheduleId)).toMatchObject(SETTLED)
  })

  it('when a pass gives back what somebody has asked to stop', async () => {
    const { scheduleId, passId, otherId } = await halfEnded('runs')
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [otherId])
    await store.cancelRun(otherId, NO_AUDIT)
    expect(await store.releaseRuns(passId, [otherId], null)).toEqual({ cancelled: [otherId], paused: [] })
    expect(await scheduleOf(scheduleId)).toMatchObject(SETTLED)
  })

  it('when somebody cancels what waits', async () => {
    const { scheduleId, otherId } = await halfEnded('waits')
    await store.cancelRun(otherId, NO_AUDIT)
    expect(await scheduleOf(scheduleId)).toMatchObject(SETTLED)
  })

  it('once, when two passes end its last two runs at the same moment', async () => {
    const rival = await fixture.another()
    for (let round = 0; round < 20; round++) {
      const { scheduleId, passId, runIds, slots } = await inTwoPasses(rival)
      const [first = '', second = ''] = runIds
      await Promise.all([
        store.record(passId, { ...EMPTY, finishes: [finish(first, FAILED)], slots }),
        rival.record(passId + 1, { ...EMPTY, finishes: [finish(second)], slots }),
      ])
      expect(await scheduleOf(scheduleId)).toMatchObject(SETTLED)
    }
  })

  /** One slot, whose two runs are held by two passes. */
  async function inTwoPasses(rival: Store) {
    const started = await startRuns(store, ['a', 'b'])
    const other = await rival.openPass(PASS, LEASE_MS)
    await fixture.sql('UPDATE JobRun SET passId = ? WHERE id = ?', [other.id, started.runIds[1] ?? ''])
    expect(other.id).toBe(started.passId + 1)
    return { ...started, slots: [{ scheduleId: started.scheduleId, slot: slotAt(0) }] }
  }
})
