import type { ConfigOptions } from '../../src/config/definitions.js'
import type { Environment } from '../../src/config/environment.js'
import { openMemoryStore, type MemoryStore } from '../../src/store/open-memory-store.js'
import type { RunFinish } from '../../src/store/store.js'
import { Activity } from '../../src/testing/activity.js'
import { MemoryProgram } from '../../src/testing/memory-program.js'
import { readTestConfig } from '../../src/testing/test-config.js'
import { VirtualTime } from '../../src/testing/virtual-time.js'

export const MINUTE_MS = 60_000
const LEASE_MS = 366 * 24 * 60 * MINUTE_MS
const BEAT_MS = 20_000
const ENVIRONMENT: Environment = {
  databaseUrl: 'file::memory:',
  databaseIsDefault: false,
  name: 'test',
  enabled: true,
  pollIntervalMs: 60 * MINUTE_MS,
  executeInline: true,
  concurrency: null,
  leaseMs: LEASE_MS,
  shutdownGraceMs: 1000,
}

/** One database, the programs that share it, and passes of other hosts that never end. */
export interface World extends MemoryStore {
  time: VirtualTime
  program(config: ConfigOptions): Promise<MemoryProgram>
  deploy(program: MemoryProgram, config: ConfigOptions): Promise<void>
  /** Another host's pass takes the schedule's due slot with these jobs and keeps its lease. */
  takeElsewhere(scheduleId: string, jobNames: readonly string[], isStarted: boolean): Promise<void>
  close(): Promise<void>
}

export async function openWorld(now: Date): Promise<World> {
  const activity = new Activity()
  const time = new VirtualTime(now, activity)
  const memory = await openMemoryStore(() => time.now())
  const closed = new AbortController()
  return {
    ...memory,
    time,
    program: async (config) =>
      new MemoryProgram(await readTestConfig(config, {}), {
        ...memory,
        time,
        activity,
        environment: ENVIRONMENT,
      }),
    async deploy(program, config) {
      program.config = await readTestConfig(config, {})
    },
    async takeElsewhere(scheduleId, jobNames, isStarted) {
      const taken = await take(memory.store, scheduleId, jobNames, isStarted)
      if (taken !== null) void keepAlive(memory.store, time, taken, closed.signal)
    },
    async close() {
      closed.abort()
      await memory.store.close()
    },
  }
}

/** As somebody does with a database client. */
export async function setNextRunAt({ store }: MemoryStore, scheduleId: string, nextRunAt: Date | null): Promise<void> {
  await store.editSchedules({ ids: [scheduleId], edit: () => ({ set: { nextRunAt }, writeOffs: [] }), audit: [] })
}

interface TakenElsewhere {
  passId: number
  runIds: string[]
}

async function take(
  store: MemoryStore['store'],
  scheduleId: string,
  jobNames: readonly string[],
  isStarted: boolean,
): Promise<TakenElsewhere | null> {
  const pass = { kind: 'PASS' as const, host: 'elsewhere', pid: 1, version: '1', configName: 'default' }
  const { id: passId } = await store.openPass(pass, LEASE_MS)
  const taken = await store.take(passId, [scheduleId], ({ schedule, now, open }) => {
    const nothing = { slots: [], resume: [], end: [], stop: [], writeOffs: [], set: null }
    const { nextRunAt, enabled, orphaned, params } = schedule
    if (nextRunAt === null || nextRunAt > now || !enabled || orphaned || open.length > 0) return nothing
    const runs = jobNames.map((jobName) => ({ jobName, maxAttempts: 1 }))
    const set = { lastSlotAt: nextRunAt, nextRunAt: new Date(nextRunAt.getTime() + 7 * MINUTE_MS) }
    return { ...nothing, slots: [{ scheduledFor: nextRunAt, runs, priority: 0, params }], set }
  })
  const runIds = taken === 'lost' ? [] : taken.flatMap((each) => each.runs.map((run) => run.id))
  if (runIds.length === 0) {
    await store.closePass(passId, 'FINISHED', { due: 0, executed: 0, failed: 0, skipped: 0, deferred: 0, exitCode: 0 })
    return null
  }
  if (isStarted) {
    const starts = runIds.map((runId) => ({ runId, attempt: 1, maxAttempts: 1 }))
    await store.record(passId, { starts, finishes: [], skips: [], settlements: [], slots: [], progress: [] })
  }
  return { passId, runIds }
}

/** Beats, and ends runs that are told to stop, as a pass does. */
async function keepAlive(
  store: MemoryStore['store'],
  time: VirtualTime,
  { passId, runIds }: TakenElsewhere,
  closed: AbortSignal,
): Promise<void> {
  for (;;) {
    await time.rest(BEAT_MS, closed)
    if (closed.aborted) return
    const { cancel } = await store.renewLease(passId, LEASE_MS)
    const told = cancel.filter(({ runId }) => runIds.includes(runId))
    if (told.length === 0) continue
    await store.record(passId, {
      starts: told.map(({ runId }) => ({ runId, attempt: 1, maxAttempts: 1 })),
      finishes: told.map(({ runId, reason }) => cancelled(runId, reason)),
      skips: told.map(({ runId, reason }) => ({ runId, status: 'CANCELLED', reason, error: null })),
      settlements: [],
      slots: [],
      progress: [],
    })
  }
}

function cancelled(runId: string, reason: RunFinish['reason']): RunFinish {
  return {
    runId,
    attempt: 1,
    status: 'CANCELLED',
    reason,
    heldByPass: false,
    availableInMs: null,
    durationMs: 1,
    output: null,
    error: null,
    log: null,
    crashes: 0,
    attempts: [],
  }
}
