import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import {
  createSchedule,
  EMPTY,
  expire,
  FIGURES,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  openFixture,
  PASS,
  slotAt,
  startRuns,
  takeSlot,
} from './fixtures.js'

describe.each(engines())('the fence on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  describe.each(['expired', 'buried', 'closed'] as const)('keeps a pass that is %s', (state) => {
    async function deadPass(set = {}) {
      const { store } = fixture
      const started = await startRuns(store, ['running', 'reserved'], set)
      const [runId = '', reservedId = ''] = started.runIds
      await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [reservedId])
      if (state === 'closed') await store.closePass(started.passId, 'FINISHED', FIGURES)
      else await expire(fixture, started.passId)
      if (state === 'buried') expect(await store.buryExpiredPasses()).toContain(started.passId)
      return { ...started, runId, reservedId }
    }

    it('from renewing its lease', async () => {
      const { passId } = await deadPass()
      expect(await fixture.store.renewLease(passId, LEASE_MS)).toEqual({ alive: false, cancel: [] })
    })

    it('from closing itself', async () => {
      const { passId } = await deadPass()
      const [before] = await fixture.sql('SELECT status, executed FROM RunnerPass WHERE id = ?', [passId])
      expect(await fixture.store.closePass(passId, 'INTERRUPTED', { ...FIGURES, executed: 99 })).toBe(false)
      expect((await fixture.sql('SELECT status, executed FROM RunnerPass WHERE id = ?', [passId]))[0]).toEqual(before)
    })

    it('from taking a slot', async () => {
      const { passId } = await deadPass()
      const id = await createSchedule(fixture.store)
      expect(await fixture.store.take(passId, [id], takeSlot('a'))).toBe('lost')
      expect((await fixture.store.readSchedules([id]))[0]?.nextRunAt).toEqual(slotAt(0))
      expect(await fixture.store.readSlot(id, slotAt(0))).toEqual([])
    })

    it('from starting, finishing, skipping, reporting and settling, even rows that still name it', async () => {
      const { scheduleId, passId, runId, reservedId } = await deadPass()
      const settlement = {
        scheduleId,
        slot: slotAt(0),
        status: 'FAILED' as const,
        error: 'x',
        failed: true,
        allCompleted: false,
        startedAt: null,
      }
      const before = await fixture.store.readRun(runId)
      const attempts = [
        { ...EMPTY, starts: [{ runId: reservedId, attempt: 1, maxAttempts: 1 }] },
        { ...EMPTY, finishes: [finish(runId)] },
        {
          ...EMPTY,
          skips: [{ runId: reservedId, status: 'SKIPPED' as const, reason: 'condition' as const, error: null }],
        },
        { ...EMPTY, progress: [{ runId, fraction: 0.5, note: null }] },
        { ...EMPTY, settlements: [settlement] },
      ]
      for (const batch of attempts) expect(await fixture.store.record(passId, batch)).toBe('lost')
      expect(await fixture.store.readRun(runId)).toEqual(before)
      expect((await fixture.store.readRun(reservedId))?.status).toBe('PENDING')
      expect((await fixture.store.readSchedules([scheduleId]))[0]?.lastStatus).toBeNull()
    })

    it('from letting its runs go', async () => {
      const { passId, reservedId } = await deadPass()
      await fixture.store.releaseRuns(passId, [reservedId], null)
      expect(await fixture.store.readRun(reservedId)).toMatchObject({ passId, availableAt: null })
    })

    it('from settling orphans', async () => {
      const dead = await deadPass()
      const orphan = await deadPass()
      const verdict = {
        runId: orphan.runId,
        slot: null,
        found: { status: 'RUNNING' as const, passId: orphan.passId },
        status: 'PENDING' as const,
        reason: null,
        error: null,
        crashes: 1,
        attempts: [],
      }
      expect((await fixture.store.settleOrphans(dead.passId, [verdict])).settled).toEqual([])
      expect((await fixture.store.readRun(orphan.runId))?.status).toBe('RUNNING')
    })

    it('from inserting runs for itself', async () => {
      const { scheduleId, passId } = await deadPass()
      const request = {
        scheduleId,
        trigger: 'MANUAL' as const,
        requestedBy: null,
        passId,
        refuseIfOpen: false,
        audit: NO_AUDIT,
        runs: [{ jobName: 'm', maxAttempts: 1, scheduledFor: null, params: null, priority: 0 }],
      }
      await expect(fixture.store.insertRuns(request)).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(await fixture.sql("SELECT id FROM JobRun WHERE jobName = 'm' AND scheduleId = ?", [scheduleId])).toEqual(
        [],
      )
    })
  })

  it('leaves runs of other passes alone', async () => {
    const { store } = fixture
    const own = await startRuns(store, ['a'])
    const other = await startRuns(store, ['a'])
    const [runId = ''] = other.runIds
    expect(await store.record(own.passId, { ...EMPTY, finishes: [finish(runId)] })).toMatchObject({
      finished: new Set(),
    })
    expect((await store.readRun(runId))?.status).toBe('RUNNING')
  })

  it('names the fenced ones of a batch and records the others', async () => {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a', 'b', 'c', 'd'])
    const [first = '', second = '', third = '', fourth = ''] = runIds
    await fixture.sql('UPDATE JobRun SET passId = 0 WHERE id = ?', [first])
    await fixture.sql('UPDATE JobRun SET attempt = 2 WHERE id = ?', [second])
    await fixture.sql("UPDATE JobRun SET status = 'COMPLETED' WHERE id = ?", [third])
    const recorded = await store.record(passId, { ...EMPTY, finishes: runIds.map((id) => finish(id)) })
    expect(recorded).toMatchObject({ finished: new Set([fourth]) })
  })

  it('waits for a heartbeat before it buries a pass, and then spares it', async () => {
    const { store } = fixture
    const { id } = await store.openPass(PASS, LEASE_MS)
    expect(await store.buryExpiredPasses()).not.toContain(id)
    await expire(fixture, id)
    expect(await store.buryExpiredPasses()).toContain(id)
    expect((await fixture.sql('SELECT status, leaseUntil FROM RunnerPass WHERE id = ?', [id]))[0]).toEqual({
      status: 'LOST',
      leaseUntil: null,
    })
    expect(await store.buryExpiredPasses()).toEqual([])
  })
})
