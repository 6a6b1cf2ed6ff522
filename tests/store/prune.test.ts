import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../src/store/database-url.js'
import type { Database } from '../../src/store/database.js'
import { openMysql } from '../../src/store/mysql/mysql-database.js'
import { sqlStore } from '../../src/store/sql-store.js'
import { openSqlite } from '../../src/store/sqlite/open-sqlite.js'
import type { PruneQuery, Pruned } from '../../src/store/store.js'
import { engines } from '../support/servers.js'
import {
  age,
  createSchedule,
  EMPTY,
  FIGURES,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  NOTHING,
  openFixture,
  PASS,
  slotAt,
} from './fixtures.js'

const DAY_MS = 86_400_000

async function open(url: string): Promise<Database> {
  const target = parseDatabaseUrl(url)
  if (target.engine === 'mysql') return openMysql(target)
  return openSqlite(target.file, { readOnly: false, urgency: 'foreground' })
}

describe.each(engines())('prune on $name', (engine) => {
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

  /** Ended runs of slots 0, 1, 2…, every third one FAILED, and one that goes on. */
  async function history(slots: number): Promise<{ scheduleId: string; runIds: string[] }> {
    const { store } = opened()
    const scheduleId = await createSchedule(store)
    const pass = await store.openPass(PASS, LEASE_MS)
    const planned = Array.from({ length: slots + 1 }, (_, index) => ({
      scheduledFor: slotAt(index),
      runs: [{ jobName: 'a', maxAttempts: 1 }],
      priority: 0,
      params: null,
    }))
    const taken = await store.take(pass.id, [scheduleId], () => ({
      ...NOTHING,
      slots: planned,
      set: { nextRunAt: null },
    }))
    const runIds = taken === 'lost' ? [] : (taken[0]?.runs.map((run) => run.id) ?? [])
    await store.record(pass.id, { ...EMPTY, starts: runIds.map((runId) => ({ runId, attempt: 1, maxAttempts: 1 })) })
    const finishes = runIds
      .slice(0, slots)
      .map((id, index) => finish(id, { status: index % 3 === 0 ? 'FAILED' : 'COMPLETED' }))
    await store.record(pass.id, { ...EMPTY, finishes })
    return { scheduleId, runIds }
  }

  const NOTHING_GOES = { keepRuns: null, runsOlderThanMs: null, passesOlderThanMs: null, limit: 100_000 }

  async function slotsLeft(scheduleId: string, status: string): Promise<number[]> {
    const rows = await opened().store.readSlotsWithRuns(scheduleId, slotAt(0), slotAt(10_000))
    const runs = await Promise.all(rows.map((slot) => opened().store.readSlot(scheduleId, slot)))
    return runs
      .flat()
      .filter((run) => run.status === status)
      .map((run) => ((run.scheduledFor?.getTime() ?? 0) - slotAt(0).getTime()) / 60_000)
  }

  /** Prunes through a database that counts its transactions. */
  async function pruneCounting(query: PruneQuery): Promise<{ pruned: Pruned; transactions: number }> {
    const database = await open(opened().url)
    let transactions = 0
    const transaction: Database['transaction'] = (work) => {
      transactions += 1
      return database.transaction(work)
    }
    try {
      return { pruned: await sqlStore({ ...database, transaction }).prune(query), transactions }
    } finally {
      await database.close()
    }
  }

  it('keeps the newest per schedule and outcome, and says from when on the account is whole', async () => {
    const { store } = opened()
    const { scheduleId } = await history(12)
    const other = await history(2)
    expect(await store.prune({ ...NOTHING_GOES, keepRuns: 2, dryRun: true })).toEqual({
      runs: 8,
      passes: 0,
      auditEvents: 0,
    })
    expect((await store.readSchedules([scheduleId]))[0]?.historyFrom).toEqual(slotAt(0))
    expect(await store.prune({ ...NOTHING_GOES, keepRuns: 2 })).toEqual({ runs: 8, passes: 0, auditEvents: 0 })
    expect(await slotsLeft(scheduleId, 'COMPLETED')).toEqual([10, 11])
    expect(await slotsLeft(scheduleId, 'FAILED')).toEqual([6, 9])
    expect(await slotsLeft(scheduleId, 'RUNNING')).toEqual([12])
    expect((await store.readSchedules([scheduleId]))[0]?.historyFrom).toEqual(new Date(slotAt(8).getTime() + 1))
    expect(await slotsLeft(other.scheduleId, 'COMPLETED')).toEqual([1])
    expect(await store.prune({ ...NOTHING_GOES, keepRuns: 2 })).toEqual({ runs: 0, passes: 0, auditEvents: 0 })
  })

  it('lets runs go that ended too long ago, of the named schedules only', async () => {
    const { store } = opened()
    const [one, two] = [await history(4), await history(4)]
    const old = [one.runIds[0], one.runIds[1], two.runIds[0]].map((id) => id ?? '')
    await age(opened(), old, 10 * DAY_MS)
    expect(
      await store.prune({ ...NOTHING_GOES, runsOlderThanMs: 86_400_000, scheduleIds: [one.scheduleId] }),
    ).toMatchObject({ runs: 2 })
    expect(await slotsLeft(one.scheduleId, 'COMPLETED')).toEqual([2])
    expect(await slotsLeft(two.scheduleId, 'FAILED')).toEqual([0, 3])
    expect(await store.prune({ ...NOTHING_GOES, keepRuns: 1, scheduleIds: [] })).toMatchObject({ runs: 0 })
  })

  it('lets runs of many schedules go in one transaction', async () => {
    const { store, sql } = opened()
    const histories = [await history(4), await history(4), await history(4)]
    await sql('DELETE FROM JobSchedule WHERE id = ?', [histories[1]?.scheduleId ?? ''])
    const { pruned, transactions } = await pruneCounting({ ...NOTHING_GOES, keepRuns: 1 })
    expect(pruned.runs).toBe(6)
    expect(transactions).toBe(1)
    for (const { scheduleId } of histories) {
      expect(await slotsLeft(scheduleId, 'COMPLETED')).toEqual([2])
      expect(await slotsLeft(scheduleId, 'FAILED')).toEqual([3])
    }
    const schedules = await store.readSchedules(histories.map((each) => each.scheduleId))
    expect(schedules.map((each) => each.historyFrom)).toEqual(
      [1, 1].map((slot) => new Date(slotAt(slot).getTime() + 1)),
    )
  })

  it('stops at its limit and goes on the next time', async () => {
    const { store } = opened()
    await history(1300)
    const query = { ...NOTHING_GOES, keepRuns: 10, limit: 700 }
    expect((await store.prune(query)).runs).toBe(700)
    expect((await store.prune(query)).runs).toBe(580)
    expect((await store.prune(query)).runs).toBe(0)
  })

  it('forgets old passes, though no live one, and audit events after a year', async () => {
    const { store, sql } = opened()
    const [done, live, recent] = [
      await store.openPass(PASS, LEASE_MS),
      await store.openPass(PASS, LEASE_MS),
      await store.openPass(PASS, LEASE_MS),
    ]
    await store.closePass(done.id, 'FINISHED', FIGURES)
    await store.closePass(recent.id, 'FINISHED', FIGURES)
    await sql("UPDATE RunnerPass SET startedAt = '2026-01-01 00:00:00.000' WHERE id IN (?, ?)", [done.id, live.id])
    for (const at of ['2026-01-01', '2020-01-01']) {
      await store.setGlobalPause(null, { ...NO_AUDIT, action: at })
      await sql(`UPDATE AuditEvent SET at = '${at} 00:00:00.000' WHERE action = ?`, [at])
    }
    expect(await store.prune({ ...NOTHING_GOES, passesOlderThanMs: 86_400_000 })).toEqual({
      runs: 0,
      passes: 1,
      auditEvents: 1,
    })
    expect((await sql('SELECT id FROM RunnerPass ORDER BY id')).map((row) => row['id'])).toEqual([live.id, recent.id])
  })
})
