import Libsql from 'libsql'
import { openStore } from '../../src/store/open-store.js'
import type {
  LockedSchedule,
  NewPass,
  RecordBatch,
  RunFinish,
  ScheduleChange,
  Store,
  TakeDecision,
} from '../../src/store/store.js'
import { connectTo, type TestEngine } from '../support/servers.js'

export const PASS: NewPass = { kind: 'PASS', host: 'test-host', pid: 4711, version: '1.2.3', configName: 'default' }
export const LEASE_MS = 60_000
export const NO_AUDIT = { actor: 'test', action: 'test', scheduleId: null, runId: null, detail: null }
export const FIGURES = { due: 1, executed: 2, failed: 3, skipped: 4, deferred: 5, exitCode: 1 }

export interface Fixture {
  url: string
  store: Store
  /** Runs SQL of the test's own, the same text on every engine. */
  sql(text: string, values?: readonly (string | number | null)[]): Promise<Record<string, unknown>[]>
  /** Another connection to the same database. */
  another(): Promise<Store>
  close(): Promise<void>
}

export async function openFixture(engine: TestEngine): Promise<Fixture> {
  const { url, drop } = await engine.createDatabase()
  const stores: Store[] = []
  const another = async () => {
    const store = await openStore({ databaseUrl: url })
    stores.push(store)
    return store
  }
  return {
    url,
    sql: (text, values = []) =>
      engine.dialect === 'sqlite' ? runOnSqlite(url, text, values) : runOnMysql(url, text, values),
    store: await another(),
    another,
    async close() {
      for (const store of stores) await store.close()
      await drop()
    },
  }
}

async function runOnMysql(url: string, text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const connection = await connectTo(url)
  try {
    const [rows] = await connection.query(text, [...values])
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []
  } finally {
    await connection.end()
  }
}

async function runOnSqlite(url: string, text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const database = new Libsql(url.slice('file:'.length), { timeout: 5000 })
  try {
    const statement: { all(...given: unknown[]): unknown[]; run(...given: unknown[]): unknown } = database.prepare(text)
    if (/^select/i.test(text)) return statement.all(...values) as Record<string, unknown>[]
    statement.run(...values)
    return []
  } finally {
    database.close()
  }
}

/** Makes the lease of a pass lie in the past. */
export async function expire({ sql }: Fixture, passId: number): Promise<void> {
  await sql("UPDATE RunnerPass SET leaseUntil = '2026-01-01 00:00:00.000' WHERE id = ?", [passId])
}

/** Makes runs as old as if they had ended that much earlier, by their ids too, in the same order. */
export async function age({ sql }: Fixture, runIds: readonly string[], byMs: number): Promise<void> {
  for (const id of runIds) {
    const madeAtMs = parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
    const finishedAt = new Date(madeAtMs - byMs).toISOString().slice(0, 23).replace('T', ' ')
    const hex = (madeAtMs - byMs).toString(16).padStart(12, '0')
    const older = `${hex.slice(0, 8)}-${hex.slice(8)}${id.slice(13)}`
    await sql('UPDATE JobRun SET id = ?, finishedAt = ? WHERE id = ?', [older, finishedAt, id])
  }
}

/** Minutes from a fixed whole hour in the past; slots that are due. */
export function slotAt(minutes: number): Date {
  return new Date(Date.UTC(2026, 0, 15, 12, 0) + minutes * 60_000)
}

let created = 0

/** Creates a schedule that has been due since `slotAt(0)`. */
export async function createSchedule(store: Store, set: ScheduleChange & { id?: string } = {}): Promise<string> {
  const id = set.id ?? `schedule-${++created}`
  await store.editSchedules({
    ids: [],
    edit: () => null,
    insert: () => [
      { cron: '* * * * *', configName: 'default', nextRunAt: slotAt(0), historyFrom: slotAt(0), ...set, id },
    ],
    audit: [],
  })
  return id
}

export async function createSchedules(store: Store, count: number, nextRunAt = slotAt(0)): Promise<string[]> {
  const prefix = `many-${++created}`
  const ids = Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, '0')}`)
  await store.editSchedules({
    ids: [],
    edit: () => null,
    insert: () => ids.map((id) => ({ id, cron: '* * * * *', configName: 'default', nextRunAt })),
    audit: [],
  })
  return ids
}

export const NOTHING: TakeDecision = { slots: [], resume: [], end: [], stop: [], writeOffs: [], set: null }

/** Takes the one slot that is due, with these jobs, and moves on to the next minute. */
export function takeSlot(...jobNames: string[]): (locked: LockedSchedule) => TakeDecision {
  return ({ schedule, now }) => {
    if (schedule.nextRunAt === null || schedule.nextRunAt > now) return NOTHING
    const runs = jobNames.map((jobName) => ({ jobName, maxAttempts: 1 }))
    const slot = { scheduledFor: schedule.nextRunAt, runs, priority: 0, params: schedule.params }
    const set = { lastSlotAt: slot.scheduledFor, nextRunAt: new Date(now.getTime() + 3_600_000) }
    return { ...NOTHING, slots: [slot], set }
  }
}

export const EMPTY: RecordBatch = { starts: [], finishes: [], skips: [], settlements: [], slots: [], progress: [] }

export function finish(runId: string, change: Partial<RunFinish> = {}): RunFinish {
  return {
    runId,
    attempt: 1,
    status: 'COMPLETED',
    reason: null,
    heldByPass: false,
    availableInMs: null,
    durationMs: 12,
    output: { ok: true },
    error: null,
    log: 'a line',
    crashes: 0,
    attempts: [],
    ...change,
  }
}

/** Opens a pass, takes the due slot of a new schedule and starts its runs. */
export async function startRuns(store: Store, jobNames: string[], set: ScheduleChange = {}) {
  const scheduleId = await createSchedule(store, set)
  const pass = await store.openPass(PASS, LEASE_MS)
  const taken = await store.take(pass.id, [scheduleId], takeSlot(...jobNames))
  if (taken === 'lost') throw new Error('the lease was lost')
  const runIds = taken.flatMap((each) => each.runs.map((run) => run.id))
  await store.record(pass.id, { ...EMPTY, starts: runIds.map((runId) => ({ runId, attempt: 1, maxAttempts: 1 })) })
  return { scheduleId, passId: pass.id, startedAt: pass.startedAt, runIds }
}
