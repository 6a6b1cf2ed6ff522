import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../src/store/database-url.js'
import { openMysql } from '../../src/store/mysql/mysql-database.js'
import { openStore } from '../../src/store/open-store.js'
import { sqlStore } from '../../src/store/sql-store.js'
import type { Store } from '../../src/store/store.js'
import { type MysqlProxy, startMysqlProxy } from '../support/mysql-proxy.js'
import { containing } from '../support/matchers.js'
import { serverEngines } from '../support/server-engines.js'
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
  openFixture,
  PASS,
  slotAt,
  startRuns,
  takeSlot,
} from './fixtures.js'

const TRANSIENT = [
  { name: 'a deadlock', errno: 1213, sqlState: '40001', message: 'Deadlock found when trying to get lock' },
  { name: 'a lock wait timeout', errno: 1205, sqlState: 'HY000', message: 'Lock wait timeout exceeded' },
  { name: 'a changed record', errno: 1020, sqlState: 'HY000', message: 'Record has changed since last read' },
  { name: 'a killed query', errno: 1317, sqlState: '70100', message: 'Query execution was interrupted' },
]

describe.each(serverEngines())('a troubled connection to $name', (engine) => {
  let fixture: Fixture
  let proxy: MysqlProxy
  let store: Store
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())
  beforeEach(async () => {
    proxy = await startMysqlProxy(fixture.url)
    store = await openStore({ databaseUrl: proxy.url })
  })
  afterEach(async () => {
    await store.close()
    await proxy.close()
  })

  async function countRuns(scheduleId: string): Promise<number> {
    return (await fixture.sql('SELECT id FROM JobRun WHERE scheduleId = ?', [scheduleId])).length
  }

  describe.each(TRANSIENT)('that meets $name', (error) => {
    it.each(['FOR UPDATE', 'INSERT INTO JobRun', 'UPDATE (SELECT', 'COMMIT'])(
      'takes all the same when it happens at %s',
      async (text) => {
        const id = await createSchedule(fixture.store)
        const pass = await store.openPass(PASS, LEASE_MS)
        proxy.when(text, { kind: 'fail', ...error }, 3)
        const taken = await store.take(pass.id, [id], takeSlot('a', 'b'))
        expect(taken).toMatchObject([{ runs: [{ jobName: 'a' }, { jobName: 'b' }] }])
        expect(await countRuns(id)).toBe(2)
        expect(proxy.statements.filter((sql) => sql.endsWith('ROLLBACK')).length).toBeGreaterThanOrEqual(3)
      },
    )
  })

  it('gives up after twenty tries and says why', async () => {
    const id = await createSchedule(fixture.store)
    const pass = await store.openPass(PASS, LEASE_MS)
    proxy.when('FOR UPDATE', { kind: 'fail', ...(TRANSIENT[0] ?? { errno: 1213, sqlState: '40001', message: '' }) }, 20)
    await expect(store.take(pass.id, [id], takeSlot('a'))).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      exitCode: 3,
      message: containing('Deadlock'),
    })
    expect(await store.take(pass.id, [id], takeSlot('a'))).toMatchObject([{ runs: [{ jobName: 'a' }] }])
  })

  it('solves a real deadlock', async () => {
    const ids = [await createSchedule(fixture.store), await createSchedule(fixture.store)]
    const edit = (first: string, second: string) => async (each: Store) => {
      await each.editSchedules({
        ids: [first, second],
        edit: (schedule) => ({ set: { priority: schedule.priority + 1 }, writeOffs: [] }),
        audit: [],
      })
    }
    const other = await fixture.another()
    const [a = '', b = ''] = ids
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? edit(a, b)(store) : edit(b, a)(other))),
    )
    expect((await fixture.store.readSchedules(ids)).map((schedule) => schedule.priority)).toEqual([20, 20])
  })

  describe.each(['lose-answer', 'cut'] as const)('that dies at COMMIT (%s)', (kind) => {
    it('takes a slot once and knows its runs', async () => {
      const id = await createSchedule(fixture.store)
      const pass = await store.openPass(PASS, LEASE_MS)
      proxy.when('COMMIT', { kind })
      const taken = await store.take(pass.id, [id], takeSlot('a', 'b'))
      const runs = taken === 'lost' ? [] : taken.flatMap((each) => each.runs)
      expect(runs.map((run) => run.jobName)).toEqual(['a', 'b'])
      expect(await fixture.store.readSlot(id, slotAt(0))).toEqual(runs)
    })

    it('takes a waiting run once', async () => {
      const id = await createSchedule(fixture.store, { nextRunAt: null })
      const runs = [{ jobName: 'a', maxAttempts: 1, scheduledFor: null, params: null, priority: 0 }]
      await store.now()
      proxy.when('COMMIT', { kind })
      const inserted = await store.insertRuns({
        scheduleId: id,
        trigger: 'MANUAL',
        runs,
        requestedBy: null,
        passId: null,
        refuseIfOpen: false,
        audit: NO_AUDIT,
      })
      expect(inserted).toMatchObject({ inserted: [{ jobName: 'a' }] })
      expect(await countRuns(id)).toBe(1)
      const pass = await store.openPass(PASS, LEASE_MS)
      proxy.when('COMMIT', { kind })
      const taken = await store.take(pass.id, [id], ({ waiting }) => ({
        ...NOTHING,
        resume: waiting.map((run) => run.id),
      }))
      expect(taken).toMatchObject([{ runs: [{ jobName: 'a', passId: pass.id }] }])
    })

    it('knows what it started, finished, skipped and paused', async () => {
      const { scheduleId, passId, runIds } = await startRuns(fixture.store, ['a', 'b', 'c', 'd', 'e', 'f'], {
        pauseAfterFailures: 1,
      })
      const [done = '', retried = '', held = '', next = '', skipped = '', asked = ''] = runIds
      await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id IN (?, ?)", [next, skipped])
      await fixture.store.cancelRun(asked, NO_AUDIT)
      await store.now()
      proxy.when('COMMIT', { kind })
      const recorded = await store.record(passId, {
        starts: [{ runId: next, attempt: 1, maxAttempts: 1 }],
        finishes: [
          finish(done, { status: 'FAILED' }),
          finish(retried, { status: 'PENDING', reason: 'retry', availableInMs: 1000 }),
          finish(held, { status: 'PENDING', reason: 'retry', heldByPass: true }),
          finish(asked, { status: 'PENDING', reason: 'retry', availableInMs: 1000 }),
        ],
        skips: [{ runId: skipped, status: 'SKIPPED', reason: 'environment', error: null }],
        settlements: [
          {
            scheduleId,
            slot: slotAt(0),
            status: 'FAILED',
            error: 'x',
            failed: true,
            allCompleted: false,
            startedAt: null,
          },
        ],
        slots: [],
        progress: [],
      })
      expect(recorded).toEqual({
        started: new Set([next]),
        finished: new Set([done, retried, held, asked]),
        cancelled: new Map([[asked, 'requested']]),
        skipped: new Set([skipped]),
        paused: [scheduleId],
      })
      expect((await fixture.store.readRuns(runIds)).map((run) => run.status)).toEqual([
        'FAILED',
        'PENDING',
        'PENDING',
        'RUNNING',
        'SKIPPED',
        'CANCELLED',
      ])
      expect((await fixture.store.readSchedules([scheduleId]))[0]).toMatchObject({
        consecutiveFailures: 1,
        enabled: false,
      })
    })

    it('edits, creates and cancels once', async () => {
      const id = await createSchedule(fixture.store)
      await store.now()
      proxy.when('COMMIT', { kind })
      const edit = (schedule: { priority: number }) => ({
        set: { priority: schedule.priority + 1 },
        writeOffs: [],
        audit: { ...NO_AUDIT, scheduleId: id },
      })
      expect(await store.editSchedules({ ids: [id], edit, audit: [] })).toMatchObject([{ id, priority: 1 }])
      expect(await fixture.sql('SELECT id FROM AuditEvent WHERE scheduleId = ?', [id])).toHaveLength(1)
      proxy.when('COMMIT', { kind })
      await store.editSchedules({
        ids: [],
        edit: () => null,
        insert: () => [{ id: `${id}-new`, cron: '@daily' }],
        audit: [{ ...NO_AUDIT, scheduleId: `${id}-new` }],
      })
      expect(await store.readSchedules([`${id}-new`])).toHaveLength(1)
      const runs = [{ jobName: 'a', maxAttempts: 1, scheduledFor: null, params: null, priority: 0 }]
      const answer = await store.insertRuns({
        scheduleId: id,
        trigger: 'MANUAL',
        runs,
        requestedBy: null,
        passId: null,
        refuseIfOpen: false,
        audit: null,
      })
      const [run] = 'inserted' in answer ? answer.inserted : []
      proxy.when('COMMIT', { kind })
      expect(await store.cancelRun(run?.id ?? '', NO_AUDIT)).toBe('cancelled')
    })

    it('settles orphans once', async () => {
      const dead = await startRuns(fixture.store, ['a', 'b'])
      await expire(fixture, dead.passId)
      expect(await store.buryExpiredPasses()).toContain(dead.passId)
      const pass = await store.openPass(PASS, LEASE_MS)
      proxy.when('COMMIT', { kind })
      const verdicts = dead.runIds.map((runId, index) => ({
        runId,
        slot: null,
        found: { status: 'RUNNING' as const, passId: dead.passId },
        status: index === 0 ? ('PENDING' as const) : ('ABANDONED' as const),
        reason: 'crashed' as const,
        error: null,
        crashes: 1,
        attempts: [],
      }))
      expect((await store.settleOrphans(pass.id, verdicts)).settled).toEqual(verdicts)
    })
  })

  it('renews and closes a pass though an answer is lost', async () => {
    const pass = await store.openPass(PASS, LEASE_MS)
    proxy.when('SET leaseUntil', { kind: 'lose-answer' })
    expect(await store.renewLease(pass.id, LEASE_MS)).toMatchObject({ alive: true })
    proxy.when('SET status', { kind: 'lose-answer' })
    expect(await store.closePass(pass.id, 'FINISHED', FIGURES)).toBe(true)
  })

  it.each(['FOR UPDATE', 'COMMIT'])('notices that nothing answers any more (%s)', async (text) => {
    const target = parseDatabaseUrl(proxy.url)
    if (target.engine !== 'mysql') throw new Error('not MySQL')
    const impatient = sqlStore(await openMysql(target, { answerTimeoutMs: 300 }))
    const id = await createSchedule(fixture.store)
    const pass = await impatient.openPass(PASS, LEASE_MS)
    proxy.when(text, { kind: 'silence' })
    expect(await impatient.take(pass.id, [id], takeSlot('a'))).toMatchObject([{ runs: [{ jobName: 'a' }] }])
    expect(await countRuns(id)).toBe(1)
    await impatient.close()
  })

  it('goes on after the server has closed an idle connection', async () => {
    const pass = await store.openPass(PASS, LEASE_MS)
    proxy.disconnect()
    expect(await store.renewLease(pass.id, LEASE_MS)).toMatchObject({ alive: true })
    const [{ id } = {}] = await fixture.sql(
      'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID() ORDER BY ID DESC LIMIT 1',
    )
    await fixture.sql(`KILL ${Number(id)}`)
    expect(await store.renewLease(pass.id, LEASE_MS)).toMatchObject({ alive: true })
  })

  it('does not mix two transactions that are asked for at once', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => createSchedule(fixture.store)))
    const pass = await store.openPass(PASS, LEASE_MS)
    const taken = await Promise.all(ids.map((id) => store.take(pass.id, [id], takeSlot('a'))))
    expect(taken.flatMap((each) => (each === 'lost' ? [] : each.map((one) => one.scheduleId)))).toEqual(ids)
    expect(await store.record(pass.id, EMPTY)).toMatchObject({ started: new Set() })
  })
})
