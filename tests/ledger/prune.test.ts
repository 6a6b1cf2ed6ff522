import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAccount } from '../../src/ledger/check-account.js'
import { openQueries } from '../../src/queries/open-queries.js'
import type { Queries } from '../../src/queries/queries.js'
import type { PlannedSlot, Store, WriteOff } from '../../src/store/store.js'
import {
  age, createSchedule, EMPTY, finish, LEASE_MS, NO_AUDIT, NOTHING, openFixture, PASS, slotAt, type Fixture,
} from '../store/fixtures.js' // prettier-ignore
import { engines } from '../support/servers.js'

const DAY_MS = 86_400_000

/** What became of the next slots of a schedule of every minute. */
type Fate = { slots: number } & (
  | { kind: 'ran'; status: 'COMPLETED' | 'FAILED'; jobs: number }
  | { kind: 'written off'; status: 'MISSED' | 'SKIPPED'; backfilled: boolean }
)

const fates = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('ran' as const),
      status: fc.constantFrom('COMPLETED' as const, 'COMPLETED' as const, 'FAILED' as const),
      jobs: fc.integer({ min: 1, max: 3 }),
      slots: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('written off' as const),
      status: fc.constantFrom('MISSED' as const, 'SKIPPED' as const),
      backfilled: fc.boolean(),
      slots: fc.integer({ min: 1, max: 50 }),
    }),
  ),
  { minLength: 3, maxLength: 25 },
)
const limits = fc.record({
  keepRuns: fc.option(fc.integer({ min: 0, max: 6 })),
  runsOlderThanMs: fc.option(fc.constant(DAY_MS)),
  limit: fc.integer({ min: 1, max: 40 }),
})

describe.each(engines())('pruning on $name', (engine) => {
  let fixture: Fixture
  let queries: Queries
  beforeAll(async () => {
    fixture = await openFixture(engine)
    queries = await openQueries(fixture.url)
  })
  afterAll(async () => {
    await queries.close()
    await fixture.close()
  })

  it('keeps every account whole, whatever it deletes, and deletes no more than it must', async () => {
    await fc.assert(
      fc.asyncProperty(fates, limits, fc.nat(), async (happened, { keepRuns, runsOlderThanMs, limit }, cut) => {
        const { store } = fixture
        const scheduleId = await write(store, happened)
        const written = (await statuses(queries, scheduleId)).map(({ id }) => id)
        const young = cut % (written.length + 1)
        await age(fixture, written.slice(young), 10 * DAY_MS)
        const before = await statuses(queries, scheduleId)
        const old = before.slice(young).map(({ id }) => id)
        const query = { keepRuns, runsOlderThanMs, passesOlderThanMs: null, scheduleIds: [scheduleId] }
        const { runs: expected } = await store.prune({ ...query, limit: 1_000_000, dryRun: true })
        let gone = 0
        for (;;) {
          const { runs } = await store.prune({ ...query, limit })
          await expectWhole(queries, scheduleId)
          gone += runs
          if (runs === 0) break
        }
        expect(gone).toBe(expected)
        const left = await statuses(queries, scheduleId)
        expect(left.map(({ id }) => id)).toEqual(kept(before, new Set(runsOlderThanMs === null ? [] : old), keepRuns))
      }),
      { numRuns: engine.name === 'sqlite' ? 15 : 4 },
    )
  })
})

/** A schedule with this history, written as passes and a backfill write it. */
async function write(store: Store, happened: readonly Fate[]): Promise<string> {
  const scheduleId = await createSchedule(store, { historyFrom: slotAt(-1) })
  const pass = await store.openPass(PASS, LEASE_MS)
  let at = 0
  for (const fate of happened) {
    const slots: PlannedSlot[] = []
    const writeOffs: WriteOff[] = []
    const [first, last] = [slotAt(at), slotAt(at + fate.slots - 1)]
    if (fate.kind === 'written off') {
      writeOffs.push({
        status: fate.status,
        reason: 'coalesced',
        firstSlot: first,
        lastSlot: last,
        slotCount: fate.slots,
      })
    } else {
      const runs = Array.from({ length: fate.jobs }, (_, job) => ({ jobName: `job-${job}`, maxAttempts: 1 }))
      for (let slot = 0; slot < fate.slots; slot += 1)
        slots.push({ scheduledFor: slotAt(at + slot), runs, priority: 0, params: null })
    }
    at += fate.slots
    const set = { lastSlotAt: last, nextRunAt: slotAt(at) }
    const taken = await store.take(pass.id, [scheduleId], () => ({ ...NOTHING, slots, writeOffs, set }))
    const ids = taken === 'lost' ? [] : taken.flatMap((each) => each.runs.map((run) => run.id))
    if (fate.kind === 'ran') await end(store, pass.id, ids, fate.status)
    else if (fate.backfilled) await backfill(store, pass.id, scheduleId, first)
  }
  return scheduleId
}

async function end(
  store: Store,
  passId: number,
  ids: readonly string[],
  status: 'COMPLETED' | 'FAILED',
): Promise<void> {
  await store.record(passId, { ...EMPTY, starts: ids.map((runId) => ({ runId, attempt: 1, maxAttempts: 1 })) })
  await store.record(passId, { ...EMPTY, finishes: ids.map((id) => finish(id, { status })) })
}

async function backfill(store: Store, passId: number, scheduleId: string, scheduledFor: Date): Promise<void> {
  const run = { jobName: 'job-0', maxAttempts: 1, scheduledFor, params: null, priority: 0 }
  const request = {
    scheduleId,
    trigger: 'BACKFILL' as const,
    runs: [run],
    requestedBy: null,
    passId,
    refuseIfOpen: false,
  }
  const result = await store.insertRuns({ ...request, audit: NO_AUDIT })
  if ('inserted' in result) await end(store, passId, result.inserted.map(({ id }) => id), 'COMPLETED') // prettier-ignore
}

/** Newest first. */
async function statuses(queries: Queries, scheduleId: string): Promise<{ id: string; status: string }[]> {
  return (await queries.listRuns({ scheduleId, limit: 500 })).runs.map(({ id, status }) => ({ id, status }))
}

function kept(
  before: readonly { id: string; status: string }[],
  old: ReadonlySet<string>,
  keepRuns: number | null,
): string[] {
  const seen = new Map<string, number>()
  return before.flatMap(({ id, status }) => {
    const rank = (seen.get(status) ?? 0) + 1
    seen.set(status, rank)
    return (keepRuns === null || rank <= keepRuns) && !old.has(id) ? [id] : []
  })
}

async function expectWhole(queries: Queries, scheduleId: string): Promise<void> {
  const schedule = await queries.getSchedule(scheduleId)
  if (schedule === null) throw new Error('the schedule is gone')
  const rows = await queries.slotRecords(scheduleId, schedule.historyFrom)
  const { holes, overlaps, miscounted } = checkAccount(schedule, rows, await queries.now())
  expect({ holes, overlaps, miscounted }).toEqual({ holes: [], overlaps: [], miscounted: [] })
}
