import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/domain/schedule.js'
import type { InsertRuns } from '../../src/store/store.js'
import { aDate } from '../support/matchers.js'
import { engines } from '../support/servers.js'
import {
  createSchedule,
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
} from './fixtures.js'

describe.each(engines())('people and applications on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  function request(scheduleId: string, change: Partial<InsertRuns> = {}): InsertRuns {
    const runs = [{ jobName: 'a', maxAttempts: 2, scheduledFor: null, params: { n: 1 }, priority: 4 }]
    return {
      scheduleId,
      trigger: 'MANUAL',
      runs,
      requestedBy: 'ann',
      passId: null,
      refuseIfOpen: false,
      audit: null,
      ...change,
    }
  }

  async function insert(scheduleId: string, change: Partial<InsertRuns> = {}) {
    const answer = await fixture.store.insertRuns(request(scheduleId, change))
    if ('open' in answer) throw new Error(`open: ${answer.open.id}`)
    return answer.inserted
  }

  async function auditOf(scheduleId: string) {
    return (await fixture.sql('SELECT action FROM AuditEvent WHERE scheduleId = ? ORDER BY id', [scheduleId])).map(
      (row) => row['action'],
    )
  }

  describe('editing schedules', () => {
    it('creates one with the database’s defaults and reads it back whole', async () => {
      const { store } = fixture
      const before = await store.now()
      const [schedule] = await store.editSchedules({
        ids: [],
        edit: () => null,
        insert: () => [{ id: 'bare', cron: '@daily' }],
        audit: [{ ...NO_AUDIT, scheduleId: 'bare' }],
      })
      expect(schedule).toMatchObject({
        id: 'bare',
        cron: '@daily',
        timezone: 'UTC',
        executionMode: 'ALL_JOBS',
        jobNames: null,
        params: null,
        enabled: true,
        priority: 0,
        catchUp: 'latest',
        catchUpWindowMs: null,
        catchUpLimit: 100,
        overlap: 'wait',
        jitterMs: 0,
        jobConcurrency: 1,
        firstRun: 'next',
        consecutiveFailures: 0,
        source: 'CODE',
        orphaned: false,
      } satisfies Partial<Schedule>)
      expect(schedule?.historyFrom.getTime()).toBeGreaterThanOrEqual(before.getTime())
      expect(schedule?.createdAt).toEqual(schedule?.updatedAt)
      expect(await store.readSchedules(['bare'])).toEqual([schedule])
      expect(await auditOf('bare')).toEqual(['test'])
    })

    it('keeps every column', async () => {
      const { store } = fixture
      const [given] = await store.editSchedules({
        ids: [],
        edit: () => null,
        insert: () => [
          {
            id: 'full',
            description: "it's a \\ 'test' 🚀",
            cron: '0 3 * * *',
            timezone: 'Europe/Berlin',
            executionMode: 'JOB_LIST',
            jobGroup: 'g',
            jobNames: ['b', 'a'],
            params: { deep: [1, { two: null }] },
            enabled: false,
            pausedReason: 'r',
            pausedUntil: slotAt(1),
            priority: -7,
            catchUp: 'all',
            catchUpWindowMs: 40 * 86_400_000,
            catchUpLimit: 3,
            overlap: 'replace',
            jitterMs: 3_000_000_000,
            startsAt: slotAt(2),
            endsAt: slotAt(3),
            environments: ['production'],
            jobConcurrency: 2,
            pauseAfterFailures: 5,
            firstRun: 'immediately',
            nextRunAt: slotAt(4),
            lastSlotAt: slotAt(5),
            lastRunAt: slotAt(6),
            lastFinishedSlotAt: slotAt(7),
            lastStatus: 'FAILED',
            lastError: 'e',
            consecutiveFailures: 8,
            source: 'DATABASE',
            configName: null,
            definitionHash: 'h',
            orphaned: true,
            historyFrom: slotAt(8),
          },
        ],
        audit: [],
      })
      expect(given).toMatchObject({
        jobNames: ['b', 'a'],
        jitterMs: 3_000_000_000,
        catchUpWindowMs: 3_456_000_000,
        pausedUntil: slotAt(1),
        historyFrom: slotAt(8),
        enabled: false,
        orphaned: true,
      })
      const [again] = await store.editSchedules({
        ids: ['full'],
        edit: ({ id: _, createdAt: __, updatedAt: ___, ...all }) => ({ set: all, writeOffs: [] }),
        audit: [],
      })
      expect({ ...again, updatedAt: null }).toEqual({ ...given, updatedAt: null })
    })

    it('stores half a surrogate pair as any other text that is none', async () => {
      const half = '\ud83d'
      const params = { text: `${half}x\\${half}`, escaped: '\\ud83d', whole: '😀', [half]: 1 }
      const id = await createSchedule(fixture.store, { params })
      expect((await fixture.store.readSchedules([id]))[0]?.params).toEqual({
        text: '\ufffdx\\\ufffd',
        escaped: '\\ud83d',
        whole: '😀',
        '\ufffd': 1,
      })
    })

    it('applies what the edit says of each, null leaves one alone', async () => {
      const { store } = fixture
      const [one, two] = [await createSchedule(store), await createSchedule(store)]
      const writeOff = {
        status: 'SKIPPED' as const,
        reason: 'paused' as const,
        firstSlot: slotAt(0),
        lastSlot: slotAt(2),
        slotCount: 3,
      }
      const edited = await store.editSchedules({
        ids: [one, two, 'no-such'],
        edit: (schedule, now, open) => {
          expect(open).toEqual([])
          expect(now).toBeInstanceOf(Date)
          if (schedule.id !== one) return null
          return {
            set: { enabled: false, pausedReason: 'holiday', nextRunAt: null },
            writeOffs: [writeOff],
            audit: { ...NO_AUDIT, action: 'pause', scheduleId: one },
          }
        },
        audit: [{ ...NO_AUDIT, action: 'always', scheduleId: two }],
      })
      expect(edited.map((each) => [each.id, each.enabled]).sort()).toEqual(
        [
          [one, false],
          [two, true],
        ].sort(),
      )
      expect(await store.readSlot(one, slotAt(2))).toMatchObject([
        { jobName: '*', status: 'SKIPPED', reason: 'paused', slotCount: 3 },
      ])
      expect([await auditOf(one), await auditOf(two)]).toEqual([['pause'], ['always']])
      expect(await store.readSlotsWithRuns(one, slotAt(0), slotAt(9))).toEqual([])
    })

    it('removes one, cancels its waiting runs and asks its open ones to stop, and keeps their history', async () => {
      const { store } = fixture
      const { scheduleId, passId, runIds } = await startRuns(store, ['a'])
      const [running = ''] = runIds
      const [waiting] = await insert(scheduleId)
      expect(
        await store.editSchedules({
          ids: [scheduleId],
          edit: () => ({ set: {}, writeOffs: [], remove: true, cancelRuns: true }),
          audit: [],
        }),
      ).toEqual([])
      expect(await store.readSchedules([scheduleId])).toEqual([])
      expect(await store.readRun(waiting?.id ?? '')).toMatchObject({
        status: 'CANCELLED',
        reason: 'requested',
        finishedAt: aDate,
      })
      expect((await store.renewLease(passId, LEASE_MS)).cancel).toEqual([{ runId: running, reason: 'requested' }])
      expect(
        await store.record(passId, { ...EMPTY, finishes: [finish(running, { status: 'CANCELLED' })] }),
      ).toMatchObject({ finished: new Set([running]) })
    })

    it('leaves a schedule that exists already as it is, and writes no audit event of creating it', async () => {
      const { store } = fixture
      const create = () =>
        store.editSchedules({
          ids: [],
          edit: () => null,
          insert: () => [{ id: 'twice', cron: '@daily' }],
          audit: [{ ...NO_AUDIT, action: 'create', scheduleId: 'twice' }],
        })
      expect(await create()).toHaveLength(1)
      expect(await create()).toEqual([])
      expect(await auditOf('twice')).toEqual(['create'])
    })

    it('creates each of twenty once when four do it at the same time', async () => {
      const stores = await Promise.all(Array.from({ length: 4 }, () => fixture.another()))
      const ids = Array.from({ length: 20 }, (_, index) => `rush-${index}`)
      const created = await Promise.all(
        stores.map((store) =>
          store.editSchedules({
            ids: [],
            edit: () => null,
            insert: () => ids.map((id) => ({ id, cron: '@daily' })),
            audit: ids.map((id) => ({ ...NO_AUDIT, scheduleId: id })),
          }),
        ),
      )
      expect(
        created
          .flat()
          .map((schedule) => schedule.id)
          .sort(),
      ).toEqual([...ids].sort())
      const events = await fixture.sql("SELECT id FROM AuditEvent WHERE scheduleId LIKE 'rush-%'")
      expect(events).toHaveLength(20)
    })

    it('lets no take come between reading and writing', async () => {
      const { store } = fixture
      const ids = await Promise.all(Array.from({ length: 10 }, () => createSchedule(store, { priority: 0 })))
      const stores = await Promise.all(Array.from({ length: 5 }, () => fixture.another()))
      const addOne = (schedule: Schedule) => ({ set: { priority: schedule.priority + 1 }, writeOffs: [] })
      await Promise.all(
        stores.flatMap((each) => [1, 2, 3, 4].map(() => each.editSchedules({ ids, edit: addOne, audit: [] }))),
      )
      expect((await store.readSchedules(ids)).map((schedule) => schedule.priority)).toEqual(ids.map(() => 20))
    })

    it.runIf(engine.dialect === 'sqlite')(
      'reads and edits more schedules than one statement has placeholders',
      async () => {
        const ids = Array.from({ length: 34_000 }, (_, index) => `crowd-${String(index).padStart(5, '0')}`)
        const { store } = fixture
        await store.editSchedules({
          ids: [],
          edit: () => null,
          insert: () => ids.map((id) => ({ id, cron: '@daily', configName: 'crowd' })),
          audit: [],
        })
        const query = { configName: 'crowd', scheduleIds: ids, jobNames: ids, aheadMs: 0 }
        expect((await store.check(query)).schedules).toHaveLength(ids.length)
        const edit = () => ({ set: { priority: 1 }, writeOffs: [] })
        const edited = await store.editSchedules({ ids, edit, audit: [] })
        expect([edited.length, edited.every((schedule) => schedule.priority === 1)]).toEqual([ids.length, true])
        expect(await store.readSchedules(ids)).toEqual(edited)
      },
      120_000,
    )
  })

  describe('jobs', () => {
    it('are written and read in their order', async () => {
      const { store } = fixture
      const job = (name: string, position: number) => ({
        name,
        jobGroup: 'g',
        description: null,
        configName: 'default',
        position,
        definitionHash: 'h',
        orphaned: false,
      })
      await store.writeJobs([job('last', 3), job('first', 1), job('First', 2)])
      await store.writeJobs([{ ...job('first', 4), description: 'moved', orphaned: true }, job('new', 0)])
      expect(await store.readJobs()).toEqual([
        job('new', 0),
        job('First', 2),
        job('last', 3),
        { ...job('first', 4), description: 'moved', orphaned: true },
      ])
      await store.writeJobs([])
      const stores = await Promise.all(Array.from({ length: 4 }, () => fixture.another()))
      await Promise.all(
        stores.map((each) =>
          each.writeJobs(Array.from({ length: 20 }, (_, index) => job(`rush-${index}`, 100 + index))),
        ),
      )
      expect((await store.readJobs()).filter((each) => each.name.startsWith('rush-'))).toHaveLength(20)
    })
  })

  describe('inserting runs', () => {
    it('leaves a request for any pass', async () => {
      const scheduleId = await createSchedule(fixture.store, { nextRunAt: null })
      const inserted = await insert(scheduleId, { audit: { ...NO_AUDIT, action: 'request', scheduleId } })
      expect(inserted).toMatchObject([
        {
          status: 'PENDING',
          trigger: 'MANUAL',
          scheduledFor: null,
          passId: null,
          availableAt: aDate,
          params: { n: 1 },
          priority: 4,
          maxAttempts: 2,
          requestedBy: 'ann',
        },
      ])
      expect(await fixture.store.readRuns(inserted.map((run) => run.id))).toEqual(inserted)
      expect(await auditOf(scheduleId)).toEqual(['request'])
    })

    it('reserves them for a pass', async () => {
      const scheduleId = await createSchedule(fixture.store, { nextRunAt: null })
      const pass = await fixture.store.openPass({ ...PASS, kind: 'MANUAL' }, LEASE_MS)
      const [run] = await insert(scheduleId, { passId: pass.id })
      expect(run).toMatchObject({ passId: pass.id, availableAt: null })
      expect(
        await fixture.store.record(pass.id, {
          ...EMPTY,
          starts: [{ runId: run?.id ?? '', attempt: 1, maxAttempts: 1 }],
        }),
      ).toMatchObject({ started: new Set([run?.id]) })
    })

    it('answers with the open run that forbids it, while a waiting one does not', async () => {
      const { scheduleId, runIds } = await startRuns(fixture.store, ['a'])
      await insert(scheduleId)
      expect(await fixture.store.insertRuns(request(scheduleId, { refuseIfOpen: true }))).toMatchObject({
        open: { id: runIds[0], status: 'RUNNING' },
      })
      const idle = await createSchedule(fixture.store, { nextRunAt: null })
      await insert(idle)
      expect(await insert(idle, { refuseIfOpen: true })).toHaveLength(1)
    })

    it('leaves out slots that have a run, and tells which slots have one', async () => {
      const scheduleId = await createSchedule(fixture.store)
      const runs = [0, 1, 2].map((minutes) => ({
        jobName: 'a',
        maxAttempts: 1,
        scheduledFor: slotAt(minutes),
        params: null,
        priority: 0,
      }))
      expect(await insert(scheduleId, { trigger: 'BACKFILL', runs: runs.slice(1, 2) })).toHaveLength(1)
      expect((await insert(scheduleId, { trigger: 'BACKFILL', runs })).map((run) => run.scheduledFor)).toEqual([
        slotAt(0),
        slotAt(2),
      ])
      expect(await fixture.store.readSlotsWithRuns(scheduleId, slotAt(0), slotAt(2))).toEqual([slotAt(0), slotAt(1)])
    })

    it('refuses a schedule that does not exist', async () => {
      await expect(insert('no-such')).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' })
    })

    it('inserts each backfilled slot once when four ask for them at once', async () => {
      const scheduleId = await createSchedule(fixture.store)
      const runs = Array.from({ length: 30 }, (_, minutes) => ({
        jobName: 'a',
        maxAttempts: 1,
        scheduledFor: slotAt(minutes),
        params: null,
        priority: 0,
      }))
      const stores = await Promise.all(Array.from({ length: 4 }, () => fixture.another()))
      const answers = await Promise.all(
        stores.map((store) => store.insertRuns(request(scheduleId, { trigger: 'BACKFILL', runs }))),
      )
      expect(answers.flatMap((answer) => ('inserted' in answer ? answer.inserted : []))).toHaveLength(30)
    })
  })

  describe('cancelling a run', () => {
    const audit = (scheduleId: string) => ({ ...NO_AUDIT, action: 'cancel', scheduleId })

    it('ends a waiting one', async () => {
      const scheduleId = await createSchedule(fixture.store, { nextRunAt: null })
      const [run] = await insert(scheduleId)
      expect(await fixture.store.cancelRun(run?.id ?? '', audit(scheduleId))).toBe('cancelled')
      expect(await fixture.store.readRun(run?.id ?? '')).toMatchObject({
        status: 'CANCELLED',
        reason: 'requested',
        availableAt: null,
        finishedAt: aDate,
      })
      expect(await fixture.store.cancelRun(run?.id ?? '', audit(scheduleId))).toBe('ended')
      expect(await auditOf(scheduleId)).toEqual(['cancel'])
    })

    it('asks a running one to stop', async () => {
      const { scheduleId, passId, runIds } = await startRuns(fixture.store, ['a'])
      const [runId = ''] = runIds
      expect(await fixture.store.cancelRun(runId, audit(scheduleId))).toBe('requested')
      expect((await fixture.store.renewLease(passId, LEASE_MS)).cancel).toEqual([{ runId, reason: 'requested' }])
      await fixture.store.record(passId, { ...EMPTY, finishes: [finish(runId)] })
      expect((await fixture.store.renewLease(passId, LEASE_MS)).cancel).toEqual([])
      expect(await fixture.store.cancelRun(runId, audit(scheduleId))).toBe('ended')
    })

    it('settles its slot, or leaves that to the pass in which the other run ends', async () => {
      const other = await fixture.another()
      for (let round = 0; round < 20; round++) {
        const { scheduleId, passId, runIds } = await startRuns(other, ['a', 'b'])
        const [running = '', waiting = ''] = runIds
        const retry = finish(waiting, { status: 'PENDING', reason: 'retry', availableInMs: 3_600_000 })
        await other.record(passId, { ...EMPTY, finishes: [retry] })
        const failed = finish(running, { status: 'FAILED' })
        const endIt = () =>
          other.record(passId, { ...EMPTY, finishes: [failed], slots: [{ scheduleId, slot: slotAt(0) }] })
        await Promise.all([
          fixture.store.cancelRun(waiting, audit(scheduleId)),
          round % 2 === 0 ? endIt() : setTimeout(round / 5).then(endIt),
        ])
        const [schedule] = await fixture.store.readSchedules([scheduleId])
        expect(schedule).toMatchObject({ lastStatus: 'FAILED', consecutiveFailures: 1, lastFinishedSlotAt: slotAt(0) })
      }
    })

    it('says when there is no such run', async () => {
      expect(await fixture.store.cancelRun('no-such', NO_AUDIT)).toBe('missing')
    })

    it('either cancels or is too late when a pass takes the run at the same moment', async () => {
      const other = await fixture.another()
      for (let round = 0; round < 10; round++) {
        const scheduleId = await createSchedule(fixture.store, { nextRunAt: null })
        const [run] = await insert(scheduleId)
        const pass = await other.openPass(PASS, LEASE_MS)
        const [outcome, taken] = await Promise.all([
          fixture.store.cancelRun(run?.id ?? '', audit(scheduleId)),
          other.take(pass.id, [scheduleId], ({ waiting }) => ({ ...NOTHING, resume: waiting.map((each) => each.id) })),
        ])
        const reserved = taken === 'lost' ? [] : taken.flatMap((each) => each.runs)
        expect([outcome, reserved.length]).toEqual(outcome === 'cancelled' ? ['cancelled', 0] : ['requested', 1])
      }
    })
  })
})
