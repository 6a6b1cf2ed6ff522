import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LockedSchedule, Store } from '../../src/store/store.js'
import { aDate } from '../support/matchers.js'
import { engines } from '../support/servers.js'
import {
  createSchedule,
  createSchedules,
  EMPTY,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  NOTHING,
  openFixture,
  PASS,
  slotAt,
  startRuns,
  takeSlot,
} from './fixtures.js'

describe.each(engines())('taking slots on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  async function take(id: string, decide: Parameters<Store['take']>[2]) {
    const pass = await fixture.store.openPass(PASS, LEASE_MS)
    const taken = await fixture.store.take(pass.id, [id], decide)
    if (taken === 'lost') throw new Error('the lease was lost')
    return { passId: pass.id, taken, runs: taken.flatMap((each) => each.runs) }
  }

  async function request(scheduleId: string, jobName = 'wanted') {
    const answer = await fixture.store.insertRuns({
      scheduleId,
      trigger: 'MANUAL',
      requestedBy: 'ann',
      passId: null,
      refuseIfOpen: false,
      audit: null,
      runs: [{ jobName, maxAttempts: 2, scheduledFor: null, params: { n: 1 }, priority: 5 }],
    })
    if ('open' in answer || answer.inserted[0] === undefined) throw new Error('not inserted')
    return answer.inserted[0]
  }

  it('tells before what it would leave out', async () => {
    const id = await createSchedule(fixture.store)
    const other = await createSchedule(fixture.store)
    await take(id, takeSlot('alpha', 'mid'))
    const wanted = [id, other].flatMap((scheduleId) =>
      ['alpha', 'mid', 'zeta'].flatMap((jobName) =>
        [0, 1].map((minutes) => ({ scheduleId, jobName, scheduledFor: slotAt(minutes) })),
      ),
    )
    expect(await fixture.store.readExisting(wanted)).toEqual([
      { scheduleId: id, jobName: 'alpha', scheduledFor: slotAt(0) },
      { scheduleId: id, jobName: 'mid', scheduledFor: slotAt(0) },
    ])
    expect(await fixture.store.readExisting([])).toEqual([])
  })

  it('returns the runs in declared order, as they stand in the database', async () => {
    const id = await createSchedule(fixture.store, { params: { tenant: 'acme' } })
    const { passId, runs } = await take(id, takeSlot('zeta', 'alpha', 'mid'))
    expect(runs.map((run) => run.jobName)).toEqual(['zeta', 'alpha', 'mid'])
    expect([...runs].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(runs)
    expect(await fixture.store.readRuns(runs.map((run) => run.id))).toEqual(runs)
    expect(runs[0]).toMatchObject({
      status: 'PENDING',
      trigger: 'CRON',
      passId,
      availableAt: null,
      scheduledFor: slotAt(0),
      params: { tenant: 'acme' },
    })
    expect(await fixture.store.readSlot(id, slotAt(0))).toEqual(runs)
  })

  it('lets each of 200 schedules be taken once by eight passes at the same time', async () => {
    const ids = await createSchedules(fixture.store, 200)
    const taken = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const store = await fixture.another()
        const pass = await store.openPass(PASS, LEASE_MS)
        const own: string[] = []
        for (let start = 0; start < ids.length; start += 20) {
          // Each pass begins elsewhere, and names the ids in its own order.
          const some = Array.from(
            { length: 20 },
            (__, offset) => ids[(start + offset + 25 * index) % ids.length] ?? '',
          ).reverse()
          const result = await store.take(pass.id, some, takeSlot('a', 'b'))
          if (result === 'lost') throw new Error('the lease was lost')
          own.push(...result.flatMap((each) => each.runs.map((run) => run.scheduleId)))
        }
        return own
      }),
    )
    expect(taken.flat().sort()).toEqual(ids.flatMap((id) => [id, id]))
    const [{ n } = {}] = await fixture.sql("SELECT COUNT(*) AS n FROM JobRun WHERE scheduleId LIKE 'many-%'")
    expect(Number(n)).toBe(400)
  })

  it('leaves out the run of a slot that exists already', async () => {
    const id = await createSchedule(fixture.store)
    await fixture.store.insertRuns({
      scheduleId: id,
      trigger: 'BACKFILL',
      requestedBy: null,
      passId: null,
      refuseIfOpen: false,
      audit: null,
      runs: [{ jobName: 'b', maxAttempts: 1, scheduledFor: slotAt(0), params: null, priority: 0 }],
    })
    const { runs } = await take(id, takeSlot('a', 'b', 'c'))
    expect(runs.map((run) => run.jobName)).toEqual(['a', 'c'])
    expect((await fixture.store.readSchedules([id]))[0]?.lastSlotAt).toEqual(slotAt(0))
  })

  it('tells ids apart byte by byte', async () => {
    const upper = await createSchedule(fixture.store, { id: 'Case' })
    const lower = await createSchedule(fixture.store, { id: 'case' })
    const { runs } = await take(lower, takeSlot('job', 'Job', 'JOB'))
    expect(runs.map((run) => run.jobName)).toEqual(['job', 'Job', 'JOB'])
    expect((await fixture.store.readSchedules([upper]))[0]?.nextRunAt).toEqual(slotAt(0))
    expect(await fixture.store.readSlot(upper, slotAt(0))).toEqual([])
  })

  it('writes off slots, and leaves out a write-off that stands already', async () => {
    const id = await createSchedule(fixture.store)
    const writeOff = {
      status: 'MISSED' as const,
      reason: 'coalesced' as const,
      firstSlot: slotAt(0),
      lastSlot: slotAt(9),
      slotCount: 10,
    }
    const decide = () => ({ ...NOTHING, writeOffs: [writeOff], set: { lastSlotAt: slotAt(9) } })
    expect((await take(id, decide)).runs).toEqual([])
    expect(await fixture.store.readSlot(id, slotAt(9))).toMatchObject([
      {
        jobName: '*',
        status: 'MISSED',
        reason: 'coalesced',
        firstSlot: slotAt(0),
        scheduledFor: slotAt(9),
        slotCount: 10,
      },
    ])
    await take(id, decide)
    expect(await fixture.store.readSlot(id, slotAt(9))).toHaveLength(1)
    const [row] = await fixture.sql('SELECT finishedAt FROM JobRun WHERE scheduleId = ?', [id])
    expect(row?.['finishedAt']).not.toBeNull()
  })

  it('shows waiting runs to the decision, reserves those it resumes and ends those it ends', async () => {
    const id = await createSchedule(fixture.store, { nextRunAt: null })
    const [first, second] = [await request(id), await request(id, 'unwanted')]
    const seen: LockedSchedule[] = []
    const { passId, runs } = await take(id, (locked) => {
      seen.push(locked)
      return {
        ...NOTHING,
        resume: [first.id],
        end: [{ runId: second.id, status: 'FAILED', reason: 'superseded', error: 'too late' }],
      }
    })
    expect(seen[0]?.waiting.map((run) => run.id)).toEqual([first.id, second.id])
    expect(seen[0]?.open).toEqual([])
    expect(runs).toMatchObject([
      { id: first.id, status: 'PENDING', passId, availableAt: null, params: { n: 1 }, requestedBy: 'ann' },
    ])
    expect(await fixture.store.readRun(second.id)).toMatchObject({
      status: 'FAILED',
      reason: 'superseded',
      error: 'too late',
      availableAt: null,
      finishedAt: aDate,
    })
  })

  it('shows running, queued and reserved runs as open, and asks them to stop', async () => {
    const { scheduleId, passId, startedAt, runIds } = await startRuns(fixture.store, ['a', 'b', 'c'])
    const [running = '', queued = '', reserved = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'QUEUED' WHERE id = ?", [queued])
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [reserved])
    await take(scheduleId, ({ open, waiting }) => {
      expect(open.map((run) => run.id)).toEqual(runIds)
      expect(open.map((run) => run.passStartedAt)).toEqual(runIds.map(() => startedAt))
      expect(waiting).toEqual([])
      return {
        ...NOTHING,
        stop: [
          { runId: running, reason: 'replaced' },
          { runId: reserved, reason: 'replaced' },
        ],
      }
    })
    expect((await fixture.store.readRuns(runIds)).map((run) => [run.reason, run.cancelRequestedAt !== null])).toEqual([
      ['replaced', true],
      [null, false],
      ['replaced', true],
    ])
    const { cancel } = await fixture.store.renewLease(passId, LEASE_MS)
    expect(cancel.sort((a, b) => (a.runId < b.runId ? -1 : 1))).toEqual([
      { runId: running, reason: 'replaced' },
      { runId: reserved, reason: 'replaced' },
    ])
    expect(
      await fixture.store.record(passId, { ...EMPTY, starts: [{ runId: reserved, attempt: 1, maxAttempts: 1 }] }),
    ).toMatchObject({ started: new Set() })
    expect((await fixture.store.releaseRuns(passId, [reserved], 'interrupted')).cancelled).toEqual([reserved])
    expect(await fixture.store.readRun(reserved)).toMatchObject({ status: 'CANCELLED', reason: 'replaced', passId })
  })

  it('writes off no slot that has its fate already, as one that was set by hand may', async () => {
    const { store } = fixture
    const id = await createSchedule(store)
    await take(id, takeSlot('a'))
    const writeOff = (first: number, last = first) =>
      ({
        status: 'MISSED',
        reason: 'coalesced',
        firstSlot: slotAt(first),
        lastSlot: slotAt(last),
        slotCount: last - first + 1,
      }) as const
    await take(id, () => ({ ...NOTHING, writeOffs: [writeOff(1, 3)], set: { lastSlotAt: slotAt(3) } }))
    const { taken } = await take(id, () => ({ ...NOTHING, writeOffs: [0, 2, 3, 4].map((minute) => writeOff(minute)) }))
    expect(taken[0]?.decision.writeOffs).toEqual([writeOff(4)])
    await store.editSchedules({
      ids: [id],
      edit: () => ({ set: {}, writeOffs: [writeOff(0), writeOff(2), writeOff(5)] }),
      audit: [],
    })
    const rows = await fixture.sql(
      'SELECT jobName, slotCount FROM JobRun WHERE scheduleId = ? ORDER BY scheduledFor, jobName',
      [id],
    )
    expect(rows.map(({ jobName, slotCount }) => [jobName, Number(slotCount)])).toEqual([
      ['a', 1],
      ['*', 3],
      ['*', 1],
      ['*', 1],
    ])
  })

  it('is told of a pause of everything as it stands at that moment', async () => {
    const { store } = fixture
    const id = await createSchedule(store)
    const told: unknown[] = []
    const look = () => take(id, (_locked, globalPause) => (told.push(globalPause), NOTHING))
    const pause = { at: slotAt(0), reason: 'flood', until: slotAt(5) }
    await look()
    await store.setGlobalPause(pause, NO_AUDIT)
    await look()
    await store.setGlobalPause(null, NO_AUDIT)
    await look()
    expect(told).toEqual([null, pause, null])
  })

  it('asks no run to stop that its pass has let go meanwhile', async () => {
    const { scheduleId, passId, runIds } = await startRuns(fixture.store, ['a'])
    const [runId = ''] = runIds
    const retry = finish(runId, { status: 'PENDING', reason: 'retry', availableInMs: 3_600_000 })
    await fixture.store.record(passId, { ...EMPTY, finishes: [retry] })
    await take(scheduleId, () => ({ ...NOTHING, stop: [{ runId, reason: 'replaced' }] }))
    expect(await fixture.store.readRun(runId)).toMatchObject({ reason: 'retry', cancelRequestedAt: null })
  })

  it('counts a retry that lies ahead as waiting', async () => {
    const { scheduleId, passId, runIds } = await startRuns(fixture.store, ['a'])
    const [runId = ''] = runIds
    await fixture.store.record(passId, {
      ...EMPTY,
      finishes: [finish(runId, { status: 'PENDING', reason: 'retry', availableInMs: 3_600_000 })],
    })
    const [locked] = await fixture.store.peek([scheduleId])
    expect(locked?.waiting.map((run) => run.id)).toEqual([runId])
    expect(locked?.open).toEqual([])
    expect((locked?.waiting[0]?.availableAt?.getTime() ?? 0) - (locked?.now.getTime() ?? 0)).toBeGreaterThan(3_500_000)
  })

  it('leaves a run that was cancelled in between where it is', async () => {
    const id = await createSchedule(fixture.store, { nextRunAt: null })
    const { id: runId } = await request(id)
    await fixture.store.cancelRun(runId, NO_AUDIT)
    const { runs } = await take(id, () => ({ ...NOTHING, resume: [runId] }))
    expect(runs).toEqual([])
    expect((await fixture.store.readRun(runId))?.status).toBe('CANCELLED')
  })

  it('steals no run that another pass holds', async () => {
    const { scheduleId, passId, runIds } = await startRuns(fixture.store, ['reserved', 'running'])
    const [reserved = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [reserved])
    const { runs } = await take(scheduleId, () => ({ ...NOTHING, resume: runIds }))
    expect(runs).toEqual([])
    expect((await fixture.store.readRuns(runIds)).map((run) => run.passId)).toEqual([passId, passId])
  })

  it('takes many slots of one schedule in one go', async () => {
    const id = await createSchedule(fixture.store)
    const slots = Array.from({ length: 700 }, (_, index) => ({
      scheduledFor: slotAt(index),
      runs: [{ jobName: 'a', maxAttempts: 1 }],
      priority: 0,
      params: null,
    }))
    const { runs } = await take(id, () => ({ ...NOTHING, slots, set: { nextRunAt: slotAt(10_000_000) } }))
    expect(runs.map((run) => run.scheduledFor)).toEqual(slots.map((slot) => slot.scheduledFor))
  })

  it('skips schedules that do not exist', async () => {
    const id = await createSchedule(fixture.store)
    const pass = await fixture.store.openPass(PASS, LEASE_MS)
    const taken = await fixture.store.take(pass.id, ['no-such', id, id], takeSlot('a'))
    expect(taken).toMatchObject([{ scheduleId: id, runs: [{ jobName: 'a' }] }])
    expect(await fixture.store.take(pass.id, [], takeSlot('a'))).toEqual([])
  })

  it.each(['2026-01-15 12:00:00', '2026-01-15', '2026-01-15T12:00:00.000Z'])(
    'takes an instant written by hand (%s) for what it is',
    async (text) => {
      const id = await createSchedule(fixture.store)
      const written = engine.dialect === 'sqlite' ? text : text.replace('T', ' ').replace('Z', '')
      await fixture.sql('UPDATE JobSchedule SET nextRunAt = ? WHERE id = ?', [written, id])
      const noon = text.includes('12:00')
      const { runs } = await take(id, (locked) => (noon ? takeSlot('a')(locked) : NOTHING))
      expect(runs.map((run) => run.scheduledFor)).toEqual(noon ? [slotAt(0)] : [])
      const future = '2099-01-01 00:00:00'
      await fixture.sql('UPDATE JobSchedule SET nextRunAt = ? WHERE id = ?', [future, id])
      await take(id, takeSlot('a'))
      const [schedule] = await fixture.store.readSchedules([id])
      expect(schedule?.nextRunAt).toEqual(new Date(`${future}Z`))
      const [row] = await fixture.sql('SELECT nextRunAt FROM JobSchedule WHERE id = ?', [id])
      if (engine.dialect === 'sqlite') expect(row?.['nextRunAt']).toBe('2099-01-01T00:00:00.000+00:00')
    },
  )

  it.runIf(engine.dialect === 'sqlite')('bears a next slot that is no instant', async () => {
    const id = await createSchedule(fixture.store)
    await fixture.sql("UPDATE JobSchedule SET nextRunAt = 'soon' WHERE id = ?", [id])
    expect((await take(id, takeSlot('a'))).runs).toEqual([])
    expect((await fixture.store.readSchedules([id]))[0]?.nextRunAt).toBeNull()
  })

  it('changes nothing when the decision throws', async () => {
    const id = await createSchedule(fixture.store)
    await expect(
      take(id, () => {
        throw new Error('no decision')
      }),
    ).rejects.toThrow('no decision')
    expect(await fixture.store.readSlot(id, slotAt(0))).toEqual([])
    expect((await take(id, takeSlot('a'))).runs).toHaveLength(1)
  })
})
