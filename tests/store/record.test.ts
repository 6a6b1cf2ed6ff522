import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SlotSettlement } from '../../src/ledger/settlement.js'
import { aDate, matching } from '../support/matchers.js'
import { engines } from '../support/servers.js'
import {
  createSchedule,
  EMPTY,
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

describe.each(engines())('recording on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  function settlement(
    scheduleId: string,
    minutes: number,
    outcome: 'COMPLETED' | 'FAILED' | 'SKIPPED',
  ): SlotSettlement {
    return {
      scheduleId,
      slot: slotAt(minutes),
      status: outcome,
      error: outcome === 'FAILED' ? 'boom' : null,
      failed: outcome === 'FAILED',
      allCompleted: outcome === 'COMPLETED',
      startedAt: slotAt(minutes + 1),
    }
  }

  it('starts only what is reserved and not asked to stop', async () => {
    const { store } = fixture
    const id = await createSchedule(store)
    const pass = await store.openPass(PASS, LEASE_MS)
    const taken = await store.take(pass.id, [id], takeSlot('a', 'b'))
    const [first = '', second = ''] = taken === 'lost' ? [] : (taken[0]?.runs.map((run) => run.id) ?? [])
    expect(await store.cancelRun(second, NO_AUDIT)).toBe('requested')
    const starts = [first, second, 'no-such-run'].map((runId) => ({ runId, attempt: 1, maxAttempts: 3 }))
    expect(await store.record(pass.id, { ...EMPTY, starts })).toMatchObject({ started: new Set([first]) })
    expect(await store.record(pass.id, { ...EMPTY, starts })).toMatchObject({ started: new Set() })
    expect(await store.readRun(first)).toMatchObject({
      status: 'RUNNING',
      attempt: 1,
      maxAttempts: 3,
      startedAt: aDate,
    })
    const skip = { runId: second, status: 'CANCELLED' as const, reason: 'requested' as const, error: 'not wanted' }
    expect(await store.record(pass.id, { ...EMPTY, skips: [skip] })).toMatchObject({ skipped: new Set([second]) })
    expect(await store.readRun(second)).toMatchObject({
      status: 'CANCELLED',
      reason: 'requested',
      error: 'not wanted',
      finishedAt: aDate,
    })
  })

  it('keeps everything that an attempt leaves behind', async () => {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a'])
    const [runId = ''] = runIds
    const attempts = [
      {
        number: 1,
        status: 'FAILED' as const,
        startedAt: '2026-01-15T12:00:00.000Z',
        finishedAt: null,
        durationMs: 3,
        passId,
        error: 'ünïcödé 🚀',
      },
    ]
    const output = { text: 'quotes \' " \\ `; -- ?', nested: [1, null, true, { emoji: '🧨' }] }
    await store.record(passId, {
      ...EMPTY,
      finishes: [
        finish(runId, {
          status: 'FAILED',
          output,
          error: "it's\nbroken \\ ?",
          log: 'a\u0000b 日本',
          crashes: 2,
          attempts,
          durationMs: 1.6,
        }),
      ],
    })
    expect(await store.readRun(runId)).toMatchObject({
      status: 'FAILED',
      output,
      error: "it's\nbroken \\ ?",
      log: matching(/^a[\0␀]b 日本$/u),
      crashes: 2,
      attempts,
      durationMs: 2,
      passId,
      availableAt: null,
    })
  })

  it('keeps the logs of the attempts before, the last 64 KiB of all', async () => {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a'])
    const [runId = ''] = runIds
    const attempt = async (number: number, log: string | null) => {
      if (number > 1) await store.record(passId, { ...EMPTY, starts: [{ runId, attempt: number, maxAttempts: 9 }] })
      const again = finish(runId, { attempt: number, status: 'PENDING', reason: 'retry', heldByPass: true, log })
      await store.record(passId, { ...EMPTY, finishes: [again] })
      return (await store.readRun(runId))?.log
    }
    expect(await attempt(1, 'first\n')).toBe('first\n')
    // A watchdog, or a pass that stopped before it began, has no log.
    expect(await attempt(2, null)).toBe('first\n')
    expect(await attempt(3, 'third, no end of line 日本')).toBe('first\n--- attempt 3 ---\nthird, no end of line 日本')
    expect(await attempt(4, 'fourth\n')).toBe(
      'first\n--- attempt 3 ---\nthird, no end of line 日本\n--- attempt 4 ---\nfourth\n',
    )
    const long = `${'日本 '.repeat(9)}\n`.repeat(800)
    expect(await attempt(5, long)).toMatch(/^first\n(.*\n)*--- attempt 5 ---\n/)
    const cut = await attempt(6, long)
    expect(cut).toMatch(/^\[… earlier lines dropped\]\n日本 /)
    expect(cut?.endsWith(`\n--- attempt 6 ---\n${long}`)).toBe(true)
    expect(Buffer.byteLength(cut ?? '')).toBeLessThanOrEqual(64 * 1024)
    const full = 'x'.repeat(64 * 1024)
    expect(await attempt(7, full)).toMatch(/^\[… earlier lines dropped\]\n--- attempt 7 ---\nx+$/)
    const note = '[… first 99 bytes dropped]\n'
    const noted = await attempt(8, `${note}é${'日'.repeat(21_836)}`)
    expect(noted).toMatch(/^\[… earlier lines dropped\]\n--- attempt 8 ---\n日+$/)
    expect(Buffer.byteLength(noted ?? '')).toBeLessThanOrEqual(64 * 1024)
  })

  it('ends a run that was to wait again when somebody has asked it to stop', async () => {
    const { store } = fixture
    const { scheduleId, passId, runIds } = await startRuns(store, ['held', 'free', 'ended', 'not-asked'])
    const [held = '', free = '', ended = '', notAsked = ''] = runIds
    for (const runId of [held, free, ended]) await store.cancelRun(runId, NO_AUDIT)
    const retry = { status: 'PENDING', reason: 'retry', error: 'boom' } as const
    const finishes = [
      finish(held, { ...retry, heldByPass: true }),
      finish(free, { ...retry, availableInMs: 3_600_000 }),
      finish(ended, { status: 'FAILED' }),
      finish(notAsked, { ...retry, availableInMs: 3_600_000 }),
    ]
    expect(await store.record(passId, { ...EMPTY, finishes })).toMatchObject({
      finished: new Set(runIds),
      cancelled: new Map([
        [held, 'requested'],
        [free, 'requested'],
      ]),
    })
    for (const runId of [held, free])
      expect(await store.readRun(runId)).toMatchObject({
        status: 'CANCELLED',
        reason: 'requested',
        error: 'boom',
        availableAt: null,
        finishedAt: aDate,
        passId,
      })
    expect(await store.readRun(ended)).toMatchObject({ status: 'FAILED', reason: null })
    expect((await store.peek([scheduleId]))[0]?.waiting.map((run) => run.id)).toEqual([notAsked])
  })

  it('holds a retry for this pass, or lets any pass take it from an instant on', async () => {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a', 'b'])
    const [held = '', free = ''] = runIds
    await store.record(passId, {
      ...EMPTY,
      finishes: [
        finish(held, { status: 'PENDING', reason: 'retry', heldByPass: true, error: 'first try' }),
        finish(free, { status: 'PENDING', reason: 'retry', availableInMs: 0 }),
      ],
    })
    expect(await store.readRun(held)).toMatchObject({
      status: 'PENDING',
      passId,
      availableAt: null,
      finishedAt: null,
      error: 'first try',
    })
    expect(await store.readRun(free)).toMatchObject({
      status: 'PENDING',
      passId: null,
      availableAt: aDate,
      finishedAt: null,
    })
    expect(
      await store.record(passId, { ...EMPTY, starts: [{ runId: held, attempt: 2, maxAttempts: 2 }] }),
    ).toMatchObject({ started: new Set([held]) })
    expect(await store.readRun(held)).toMatchObject({ status: 'RUNNING', attempt: 2, reason: null })
    expect(await store.record(passId, { ...EMPTY, finishes: [finish(held, { attempt: 1 })] })).toMatchObject({
      finished: new Set(),
    })
    expect(await store.record(passId, { ...EMPTY, finishes: [finish(held, { attempt: 2 })] })).toMatchObject({
      finished: new Set([held]),
    })
  })

  it('records starts, finishes, skips, progress and a settlement together', async () => {
    const { store } = fixture
    const { scheduleId, passId, runIds } = await startRuns(store, ['a', 'b', 'c', 'd'])
    const [done = '', going = '', next = '', skipped = ''] = runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id IN (?, ?)", [next, skipped])
    expect(
      await store.record(passId, {
        starts: [{ runId: next, attempt: 1, maxAttempts: 1 }],
        finishes: [finish(done)],
        skips: [{ runId: skipped, status: 'SKIPPED', reason: 'environment', error: null }],
        settlements: [settlement(scheduleId, 0, 'COMPLETED')],
        slots: [],
        progress: [{ runId: going, fraction: 0.25, note: 'a quarter' }],
      }),
    ).toEqual({
      started: new Set([next]),
      finished: new Set([done]),
      cancelled: new Map(),
      skipped: new Set([skipped]),
      paused: [],
    })
    expect(await store.readRun(going)).toMatchObject({ progress: { fraction: 0.25, note: 'a quarter' } })
  })

  it('writes batches far over what one statement may hold', async () => {
    const { store } = fixture
    const { passId, runIds } = await startRuns(
      store,
      Array.from({ length: 160 }, (_, index) => `job-${index}`),
    )
    const big = "it's 64 KiB of \\ text\n".repeat(3000)
    const recorded = await store.record(passId, {
      ...EMPTY,
      finishes: runIds.map((id) => finish(id, { output: { big }, log: big, error: big })),
    })
    expect(recorded).toMatchObject({ finished: new Set(runIds) })
    expect(await store.readRun(runIds.at(-1) ?? '')).toMatchObject({
      status: 'COMPLETED',
      output: { big },
      log: big,
      error: big,
    })
  })

  it('counts failures in a row, and one success ends the row', async () => {
    const { store } = fixture
    const { scheduleId, passId } = await startRuns(store, ['a'])
    const settled: unknown[] = []
    const outcomes = ['FAILED', 'FAILED', 'SKIPPED', 'FAILED', 'COMPLETED'] as const
    for (const [index, outcome] of outcomes.entries()) {
      await store.record(passId, { ...EMPTY, settlements: [settlement(scheduleId, index, outcome)] })
      const [schedule] = await store.readSchedules([scheduleId])
      settled.push([schedule?.lastStatus, schedule?.consecutiveFailures, schedule?.lastError])
    }
    expect(settled).toEqual([
      ['FAILED', 1, 'boom'],
      ['FAILED', 2, 'boom'],
      ['SKIPPED', 2, null],
      ['FAILED', 3, 'boom'],
      ['COMPLETED', 0, null],
    ])
  })

  it('ignores what an older slot says after a newer one has settled', async () => {
    const { store } = fixture
    const { scheduleId, passId } = await startRuns(store, ['a'])
    await store.record(passId, {
      ...EMPTY,
      settlements: [settlement(scheduleId, 5, 'COMPLETED'), settlement(scheduleId, 4, 'FAILED')],
    })
    await store.record(passId, { ...EMPTY, settlements: [settlement(scheduleId, 3, 'FAILED')] })
    expect((await store.readSchedules([scheduleId]))[0]).toMatchObject({
      lastStatus: 'COMPLETED',
      consecutiveFailures: 0,
      lastFinishedSlotAt: slotAt(5),
      lastRunAt: slotAt(6),
    })
  })

  it('pauses a schedule after as many failures as it allows', async () => {
    const { store } = fixture
    const { scheduleId, passId } = await startRuns(store, ['a'], { pauseAfterFailures: 2 })
    expect(await store.record(passId, { ...EMPTY, settlements: [settlement(scheduleId, 0, 'FAILED')] })).toMatchObject({
      paused: [],
    })
    expect(await store.record(passId, { ...EMPTY, settlements: [settlement(scheduleId, 1, 'FAILED')] })).toMatchObject({
      paused: [scheduleId],
    })
    expect((await store.readSchedules([scheduleId]))[0]).toMatchObject({
      enabled: false,
      pausedReason: '2 failures in a row',
      pausedUntil: null,
      nextRunAt: null,
    })
    expect(await store.record(passId, { ...EMPTY, settlements: [settlement(scheduleId, 2, 'FAILED')] })).toMatchObject({
      paused: [],
    })
  })

  it('cuts a schedule’s error at 4 KiB between characters', async () => {
    const { store } = fixture
    const { scheduleId, passId } = await startRuns(store, ['a'])
    await store.record(passId, {
      ...EMPTY,
      settlements: [{ ...settlement(scheduleId, 0, 'FAILED'), error: 'ü🚀'.repeat(2000) }],
    })
    const error = (await store.readSchedules([scheduleId]))[0]?.lastError ?? ''
    expect(Buffer.byteLength(error)).toBeGreaterThan(4090)
    expect(Buffer.byteLength(error)).toBeLessThanOrEqual(4096)
    expect(error).toMatch(/^(ü🚀)+ü?$/u)
  })

  it('remembers when a manual run began, which says nothing of the schedule’s outcome', async () => {
    const { store } = fixture
    const scheduleId = await createSchedule(store)
    const pass = await store.openPass({ ...PASS, kind: 'MANUAL' }, LEASE_MS)
    const runs = [{ jobName: 'a', maxAttempts: 1, scheduledFor: null, params: null, priority: 0 }]
    const request = {
      scheduleId,
      trigger: 'MANUAL' as const,
      runs,
      requestedBy: null,
      refuseIfOpen: false,
      audit: null,
    }
    const answer = await store.insertRuns({ ...request, passId: pass.id })
    const runId = 'inserted' in answer ? (answer.inserted[0]?.id ?? '') : ''
    await store.record(pass.id, { ...EMPTY, starts: [{ runId, attempt: 1, maxAttempts: 1 }] })
    await store.record(pass.id, { ...EMPTY, finishes: [finish(runId, { status: 'FAILED' })] })
    const [run, [schedule]] = [await store.readRun(runId), await store.readSchedules([scheduleId])]
    expect(schedule).toMatchObject({ lastRunAt: run?.startedAt, lastStatus: null, consecutiveFailures: 0 })
  })

  it('lets reserved runs go to any pass', async () => {
    const { store } = fixture
    const id = await createSchedule(store)
    const pass = await store.openPass(PASS, LEASE_MS)
    const taken = await store.take(pass.id, [id], takeSlot('a', 'b'))
    const [first = '', second = ''] = taken === 'lost' ? [] : (taken[0]?.runs.map((run) => run.id) ?? [])
    await store.record(pass.id, { ...EMPTY, starts: [{ runId: second, attempt: 1, maxAttempts: 1 }] })
    await store.releaseRuns(pass.id, [first, second], 'interrupted')
    expect(await store.readRun(first)).toMatchObject({
      status: 'PENDING',
      passId: null,
      availableAt: aDate,
      reason: 'interrupted',
    })
    expect(await store.readRun(second)).toMatchObject({ status: 'RUNNING', passId: pass.id })
  })
})
