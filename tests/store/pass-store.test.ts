import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aDate, aNumber } from '../support/matchers.js'
import { engines } from '../support/servers.js'
import {
  createSchedule,
  EMPTY,
  FIGURES,
  finish,
  type Fixture,
  LEASE_MS,
  openFixture,
  PASS,
  slotAt,
  startRuns,
  takeSlot,
} from './fixtures.js'

describe.each(engines())('a pass on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  it('is idle when nothing is due, and then leaves one row', async () => {
    const { store } = fixture
    const query = { configName: 'default', scheduleIds: ['x'], jobNames: ['y'], aheadMs: 5000 }
    const check = await store.check(query)
    expect(check).toMatchObject({
      due: 0,
      waiting: 0,
      orphaned: 0,
      held: 0,
      next: null,
      schedules: [],
      jobs: [],
      globalPause: null,
    })
    expect(Math.abs(check.now.getTime() - (await store.now()).getTime())).toBeLessThan(2000)
    expect(await store.recordIdlePass(PASS)).toMatchObject({ id: aNumber, startedAt: aDate })
    expect(await store.readLastPass()).toMatchObject({ status: 'IDLE' })
  })

  it('takes a slot, starts its runs, finishes them and settles', async () => {
    const { store } = fixture
    const { scheduleId, passId, runIds } = await startRuns(store, ['a', 'b'])
    expect(runIds).toHaveLength(2)
    expect((await store.readRuns(runIds)).map((run) => [run.status, run.attempt, run.passId])).toEqual([
      ['RUNNING', 1, passId],
      ['RUNNING', 1, passId],
    ])
    const settlement = {
      scheduleId,
      slot: slotAt(0),
      status: 'COMPLETED' as const,
      error: null,
      failed: false,
      allCompleted: true,
      startedAt: slotAt(1),
    }
    const recorded = await store.record(passId, {
      ...EMPTY,
      finishes: runIds.map((id) => finish(id)),
      settlements: [settlement],
    })
    expect(recorded).toMatchObject({ finished: new Set(runIds), paused: [] })
    expect(await store.readRun(runIds[0] ?? '')).toMatchObject({
      status: 'COMPLETED',
      output: { ok: true },
      log: 'a line',
      durationMs: 12,
      scheduledFor: slotAt(0),
    })
    expect((await store.readSchedules([scheduleId]))[0]).toMatchObject({
      lastStatus: 'COMPLETED',
      lastFinishedSlotAt: slotAt(0),
      lastRunAt: slotAt(1),
      lastSlotAt: slotAt(0),
    })
    expect(await store.closePass(passId, 'FINISHED', FIGURES)).toBe(true)
    expect(await store.closePass(passId, 'FINISHED', FIGURES)).toBe(false)
  })

  it('sees what is due', async () => {
    const { store } = fixture
    const id = await createSchedule(store, { priority: 3 })
    expect(await store.check({ configName: 'default', scheduleIds: [], jobNames: [], aheadMs: 0 })).toMatchObject({
      due: 1,
      next: { at: aDate },
    })
    expect(await store.recordIdlePass(PASS)).toBeNull()
    const query = { configName: 'default', until: await store.now(), limit: 10 }
    expect(await store.listTakeable(query)).toEqual([{ scheduleId: id, priority: 3, at: slotAt(0) }])
    const pass = await store.openPass(PASS, LEASE_MS)
    await store.take(pass.id, [id], takeSlot('a'))
    expect(await store.listTakeable(query)).toEqual([])
    expect(await store.renewLease(pass.id, LEASE_MS)).toEqual({ alive: true, cancel: [] })
  })
})
