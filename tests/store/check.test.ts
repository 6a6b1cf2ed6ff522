import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { CheckQuery } from '../../src/store/store.js'
import { engines } from '../support/servers.js'
import { createSchedule, type Fixture, LEASE_MS, NO_AUDIT, openFixture, PASS, slotAt, startRuns } from './fixtures.js'

const QUERY: CheckQuery = { configName: 'default', scheduleIds: [], jobNames: [], aheadMs: 5000 }

describe.each(engines())('check on $name', (engine) => {
  let fixture: Fixture | null = null
  beforeEach(async () => {
    await fixture?.close()
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture?.close())

  function opened(): Fixture {
    if (fixture === null) throw new Error('no fixture')
    return fixture
  }

  async function soon(ms: number): Promise<Date> {
    return new Date((await opened().store.now()).getTime() + ms)
  }

  it('counts due schedules of this config and of none, a little ahead too', async () => {
    const { store } = opened()
    await createSchedule(store)
    await createSchedule(store, { configName: null, source: 'DATABASE' })
    await createSchedule(store, { nextRunAt: await soon(4000) })
    await createSchedule(store, { configName: 'other' })
    await createSchedule(store, { enabled: false })
    await createSchedule(store, { orphaned: true })
    await createSchedule(store, { nextRunAt: null })
    const later = await createSchedule(store, { nextRunAt: await soon(900_000) })
    const check = await store.check(QUERY)
    expect(check.due).toBe(3)
    expect(check.next?.scheduleId).toBe(later)
    expect((await store.listTakeable({ configName: 'default', until: await soon(5000), limit: 10 })).length).toBe(3)
  })

  it('counts a pause that has run out, and names the slot after one that has not', async () => {
    const { store } = opened()
    const over = await createSchedule(store, { enabled: false, pausedUntil: slotAt(0), nextRunAt: slotAt(1) })
    const asleep = await createSchedule(store, {
      enabled: false,
      pausedUntil: await soon(60_000),
      nextRunAt: await soon(120_000),
    })
    expect(await store.check(QUERY)).toMatchObject({ due: 1, next: { scheduleId: asleep } })
    expect(await store.recordIdlePass(PASS)).toBeNull()
    const query = { configName: 'default', until: await store.now(), limit: 10 }
    expect(await store.listTakeable(query)).toMatchObject([{ scheduleId: over, at: slotAt(0) }])
    expect(await store.listTakeable({ ...query, slotsPaused: true })).toEqual([])
  })

  it('counts waiting runs of its own schedules', async () => {
    const { store } = opened()
    for (const set of [{}, { configName: 'other' }, { orphaned: true }]) {
      const scheduleId = await createSchedule(store, { nextRunAt: null, ...set })
      const runs = [3, 7].map((priority) => ({
        jobName: `job-${priority}`,
        maxAttempts: 1,
        scheduledFor: null,
        params: null,
        priority,
      }))
      await store.insertRuns({
        scheduleId,
        trigger: 'MANUAL',
        runs,
        requestedBy: null,
        passId: null,
        refuseIfOpen: false,
        audit: null,
      })
    }
    expect(await store.check(QUERY)).toMatchObject({ due: 0, waiting: 2, orphaned: 0, held: 0, next: null })
    expect(await store.recordIdlePass(PASS)).toBeNull()
    const query = { configName: 'default', until: await soon(0), limit: 10 }
    expect(await store.listTakeable(query)).toMatchObject([{ priority: 7 }])
    expect(await store.listTakeable({ ...query, slotsPaused: true })).toMatchObject([{ priority: 7 }])
  })

  it('is not idle while anybody’s run is held', async () => {
    const { store } = opened()
    await startRuns(store, ['a'])
    expect(await store.check(QUERY)).toMatchObject({ due: 0, waiting: 0, held: 1, orphaned: 0 })
    expect(await store.recordIdlePass(PASS)).toBeNull()
  })

  it('reads the definitions of this config, and who owns the ids that it names', async () => {
    const { store } = opened()
    await createSchedule(store, { id: 'mine', definitionHash: 'h1' })
    await createSchedule(store, { id: 'gone', definitionHash: 'h2', orphaned: true })
    await createSchedule(store, { id: 'theirs', definitionHash: 'h3', configName: 'other' })
    await createSchedule(store, { id: 'nobodys', definitionHash: 'h4', configName: null, source: 'DATABASE' })
    await createSchedule(store, { id: 'unrelated', configName: 'other' })
    const job = { jobGroup: null, description: null, position: 0, definitionHash: 'j1', orphaned: false }
    await store.writeJobs([
      { ...job, name: 'a', configName: 'default' },
      { ...job, name: 'b', configName: 'other' },
      { ...job, name: 'c', configName: 'other' },
    ])
    const { schedules, jobs } = await store.check({
      ...QUERY,
      scheduleIds: ['mine', 'theirs', 'nobodys', 'new'],
      jobNames: ['a', 'b'],
    })
    expect([...schedules].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'gone', definitionHash: 'h2', configName: 'default', orphaned: true, source: 'CODE' },
      { id: 'mine', definitionHash: 'h1', configName: 'default', orphaned: false, source: 'CODE' },
      { id: 'nobodys', definitionHash: 'h4', configName: null, orphaned: false, source: 'DATABASE' },
      { id: 'theirs', definitionHash: 'h3', configName: 'other', orphaned: false, source: 'CODE' },
    ])
    expect([...jobs].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'a', definitionHash: 'j1', configName: 'default', orphaned: false },
      { id: 'b', definitionHash: 'j1', configName: 'other', orphaned: false },
    ])
  })

  it('reads the global pause', async () => {
    const { store } = opened()
    const pause = { at: slotAt(0), reason: 'moving house', until: slotAt(60) }
    await store.setGlobalPause(pause, NO_AUDIT)
    expect((await store.check(QUERY)).globalPause).toEqual(pause)
    await store.setGlobalPause({ ...pause, until: null, reason: null }, NO_AUDIT)
    expect(await store.readGlobalPause()).toEqual({ at: slotAt(0), reason: null, until: null })
    await store.setGlobalPause(null, NO_AUDIT)
    expect((await store.check(QUERY)).globalPause).toBeNull()
    const events = await opened().sql("SELECT action FROM AuditEvent WHERE actor = 'test'")
    expect(events).toHaveLength(3)
  })

  it('puts the most urgent first', async () => {
    const { store } = opened()
    const ids: string[] = []
    for (const set of [
      { priority: 0, nextRunAt: slotAt(1) },
      { priority: 5, nextRunAt: slotAt(9) },
      { priority: 0, nextRunAt: slotAt(0) },
    ]) {
      ids.push(await createSchedule(store, set))
    }
    const [late, urgent, early] = ids
    const query = { configName: 'default', until: await soon(0), limit: 10 }
    expect((await store.listTakeable(query)).map((each) => each.scheduleId)).toEqual([urgent, early, late])
    expect((await store.listTakeable({ ...query, limit: 1 })).map((each) => each.scheduleId)).toEqual([urgent])
    expect((await store.listTakeable({ ...query, scheduleIds: [late ?? ''] })).map((each) => each.scheduleId)).toEqual([
      late,
    ])
    expect(await store.listTakeable({ ...query, scheduleIds: [] })).toEqual([])
  })

  it('can be asked through a new connection after the first has been closed twice', async () => {
    const { store } = opened()
    const pass = await store.openPass(PASS, LEASE_MS)
    expect(pass.id).toBeGreaterThan(0)
    await store.close()
    await store.close()
    expect((await (await opened().another()).check(QUERY)).due).toBe(0)
  })
})
