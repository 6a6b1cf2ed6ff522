import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunHead } from '../../src/domain/run.js'
import { settledSlot } from '../../src/ledger/settlement.js'
import type { OrphanVerdict } from '../../src/store/store.js'
import { aDate } from '../support/matchers.js'
import { engines } from '../support/servers.js'
import {
  EMPTY,
  expire,
  FIGURES,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  openFixture,
  PASS,
  startRuns,
} from './fixtures.js'

describe.each(engines())('orphans on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  /** A dead pass with one running and one reserved run. */
  async function orphan() {
    const { store } = fixture
    const started = await startRuns(store, ['running', 'reserved'])
    const [running = '', reserved = ''] = started.runIds
    await fixture.sql("UPDATE JobRun SET status = 'PENDING' WHERE id = ?", [reserved])
    await expire(fixture, started.passId)
    return { ...started, running, reserved }
  }

  function verdict(run: RunHead, change: Partial<OrphanVerdict> = {}): OrphanVerdict {
    const status = run.status === 'RUNNING' ? 'RUNNING' : 'PENDING'
    return {
      runId: run.id,
      slot: settledSlot(run),
      found: { status, passId: run.passId ?? 0 },
      status: 'PENDING',
      reason: 'crashed',
      error: null,
      crashes: run.crashes + 1,
      attempts: run.attempts,
      ...change,
    }
  }

  it('are the running and reserved runs of passes that are not alive', async () => {
    const { store } = fixture
    const dead = await orphan()
    const alive = await startRuns(store, ['a'])
    const own = async (options?: { expiredToo: boolean }) =>
      (await store.findOrphans(1000, options)).filter((run) => dead.runIds.includes(run.id)).map((run) => run.id)
    expect(await own()).toEqual([])
    expect(await own({ expiredToo: true })).toEqual([dead.running, dead.reserved])
    const check = await store.check({ configName: 'default', scheduleIds: [], jobNames: [], aheadMs: 0 })
    expect(check).toMatchObject({ orphaned: 2, held: 1 })
    await store.buryExpiredPasses()
    expect(await own()).toEqual([dead.running, dead.reserved])
    expect(await store.findOrphans(1)).toHaveLength(1)
    await store.closePass(alive.passId, 'FINISHED', FIGURES)
    expect((await store.findOrphans(1000)).map((run) => run.id)).toContain(alive.runIds[0])
    await fixture.sql('DELETE FROM RunnerPass WHERE id = ?', [alive.passId])
    expect((await store.findOrphans(1000)).map((run) => run.id)).toContain(alive.runIds[0])
  })

  it('wait again or end, each once', async () => {
    const { store } = fixture
    const dead = await orphan()
    await store.buryExpiredPasses()
    const pass = await store.openPass(PASS, LEASE_MS)
    const [running, reserved] = await store.readRuns([dead.running, dead.reserved])
    if (running === undefined || reserved === undefined) throw new Error('the runs are gone')
    const attempts = [
      {
        number: 1,
        status: 'ABANDONED' as const,
        startedAt: 'x',
        finishedAt: null,
        durationMs: null,
        passId: dead.passId,
        error: null,
      },
    ]
    const verdicts = [
      verdict(reserved, { crashes: 0, reason: null }),
      verdict(running, { status: 'ABANDONED', error: 'its pass died', attempts }),
    ]
    expect(await store.settleOrphans(pass.id, verdicts)).toEqual({ settled: verdicts, paused: [] })
    expect(await store.readRun(running.id)).toMatchObject({
      status: 'ABANDONED',
      reason: 'crashed',
      error: 'its pass died',
      crashes: 1,
      passId: dead.passId,
      finishedAt: aDate,
      attempts,
    })
    expect(await store.readRun(reserved.id)).toMatchObject({
      status: 'PENDING',
      passId: null,
      availableAt: aDate,
      finishedAt: null,
    })
    expect(await store.settleOrphans(pass.id, verdicts)).toEqual({ settled: [], paused: [] })
  })

  it('end when somebody asked them to stop after they were found, whatever was decided', async () => {
    const { store } = fixture
    const dead = await orphan()
    await store.buryExpiredPasses()
    const pass = await store.openPass(PASS, LEASE_MS)
    const verdicts = (await store.readRuns(dead.runIds)).map((run) => verdict(run))
    for (const runId of dead.runIds) expect(await store.cancelRun(runId, NO_AUDIT)).toBe('requested')
    const carriedOut = await store.settleOrphans(pass.id, verdicts)
    expect(carriedOut.settled.map(({ status, reason }) => [status, reason])).toEqual([
      ['CANCELLED', 'requested'],
      ['CANCELLED', 'requested'],
    ])
    for (const runId of dead.runIds)
      expect(await store.readRun(runId)).toMatchObject({
        status: 'CANCELLED',
        reason: 'requested',
        passId: dead.passId,
        availableAt: null,
        finishedAt: aDate,
      })
  })

  it('are settled by one of eight passes that try at once', async () => {
    const { store } = fixture
    const dead: Awaited<ReturnType<typeof orphan>>[] = []
    for (let count = 0; count < 10; count++) dead.push(await orphan())
    await store.buryExpiredPasses()
    const runs = await store.readRuns(dead.flatMap((each) => each.runIds))
    const settled = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const other = await fixture.another()
        const pass = await other.openPass(PASS, LEASE_MS)
        const verdicts = runs.map((run) => verdict(run))
        return (await other.settleOrphans(pass.id, verdicts)).settled
      }),
    )
    expect(
      settled
        .flat()
        .map((each) => each.runId)
        .sort(),
    ).toEqual(runs.map((run) => run.id).sort())
  })

  it('of no pass at all are settled too', async () => {
    const { store } = fixture
    const { runIds } = await startRuns(store, ['a'])
    await fixture.sql('UPDATE JobRun SET passId = NULL WHERE id = ?', runIds)
    const pass = await store.openPass(PASS, LEASE_MS)
    const [run] = await store.readRuns(runIds)
    if (run === undefined) throw new Error('the run is gone')
    const found = { status: 'RUNNING', passId: null } as const
    expect((await store.settleOrphans(pass.id, [verdict(run, { found })])).settled).toHaveLength(1)
    expect((await store.readRuns(runIds))[0]).toMatchObject({ status: 'PENDING', reason: 'crashed', crashes: 1 })
  })

  it('are found a page at a time', async () => {
    const { store } = fixture
    const dead = await orphan()
    await store.buryExpiredPasses()
    const all = (await store.findOrphans(1000)).map((run) => run.id)
    expect(all).toEqual(expect.arrayContaining(dead.runIds))
    const paged: string[] = []
    for (
      let page = await store.findOrphans(1);
      page.length > 0;
      page = await store.findOrphans(1, { afterId: paged.at(-1) ?? '' })
    )
      paged.push(...page.map((run) => run.id))
    expect(paged).toEqual(all)
  })

  it('are left alone while their pass lives', async () => {
    const { store } = fixture
    const { runIds } = await startRuns(store, ['a'])
    const pass = await store.openPass(PASS, LEASE_MS)
    const [run] = await store.readRuns(runIds)
    if (run === undefined) throw new Error('the run is gone')
    expect((await store.settleOrphans(pass.id, [verdict(run)])).settled).toEqual([])
    expect((await store.readRuns(runIds))[0]).toMatchObject({ status: 'RUNNING' })
  })

  it('are listed with the passes that hold them, how long these have yet to live', async () => {
    const { store } = fixture
    const { passId, runIds } = await startRuns(store, ['a', 'b'])
    const [first = ''] = runIds
    await store.record(passId, { ...EMPTY, finishes: [finish(first)] })
    const busy = (await store.listBusyPasses(0)).find((each) => each.id === passId)
    expect(busy).toMatchObject({ host: PASS.host, pid: PASS.pid, runs: 1 })
    expect(busy?.leaseLeftMs).toBeGreaterThan(LEASE_MS / 2)
    expect(busy?.leaseLeftMs).toBeLessThanOrEqual(LEASE_MS)
    expect((await store.listBusyPasses(passId)).map((each) => each.id)).not.toContain(passId)
    await expire(fixture, passId)
    expect((await store.listBusyPasses(0)).find((each) => each.id === passId)?.leaseLeftMs).toBeLessThan(0)
  })
})
