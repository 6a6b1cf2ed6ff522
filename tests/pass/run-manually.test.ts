import { afterAll, beforeAll, expect, it } from 'vitest'
import { defineConfig, defineJob } from 'run-due-schedules'
import { systemClock } from '../../src/clock.js'
import { resolveAndCheck } from '../../src/config/resolve-config.js'
import { silentObserver, type PassContext } from '../../src/pass/pass-context.js'
import { runManually } from '../../src/pass/run-manually.js'
import { createStopper } from '../../src/pass/stop.js'
import { type Fixture, openFixture } from '../store/fixtures.js'
import { engines } from '../support/servers.js'
import { aSchedule } from './schedules.js'

const sqlite = engines().find((engine) => engine.dialect === 'sqlite')
let fixture: Fixture
beforeAll(async () => {
  if (sqlite === undefined) throw new Error('SQLite is always there')
  fixture = await openFixture(sqlite)
})
afterAll(() => fixture.close())

it('`run` of a schedule that is removed at that moment leaves neither a heartbeat nor an open pass', async () => {
  const job = defineJob({ name: 'work', run: () => 1 })
  const config = await resolveAndCheck(defineConfig({ jobs: [job], schedules: [] }), '', { deferCalendar: true })
  let stopped = false
  const context: PassContext = {
    config,
    store: fixture.store,
    environment: {
      databaseUrl: fixture.url,
      databaseIsDefault: false,
      name: 'test',
      enabled: true,
      pollIntervalMs: 3_600_000,
      executeInline: true,
      concurrency: null,
      leaseMs: 60_000,
      shutdownGraceMs: 1000,
    },
    clock: systemClock,
    stopper: createStopper(),
    observer: silentObserver,
    checkCalendar: () => Promise.resolve([]),
    resumeAll: () => Promise.resolve({ writeOffs: [] }),
    settings: {
      kind: 'MANUAL',
      host: 'test',
      pid: 1,
      version: '1',
      scheduleIds: null,
      concurrency: 4,
      maxDurationMs: null,
      failOn: new Set(),
      startedAtMs: systemClock.monotonicMs(),
    },
    createHeartbeat: () => ({
      start: () => undefined,
      holds: () => true,
      watch: () => undefined,
      unwatch: () => undefined,
      stop: () => Promise.resolve(void (stopped = true)),
    }),
  }
  const resolve = () => Promise.resolve({ schedule: aSchedule({ id: 'gone' }), jobNames: ['work'] })
  await expect(runManually(context, { resolve, params: undefined, actor: 'test' })).rejects.toMatchObject({
    code: 'SCHEDULE_NOT_FOUND',
  })
  expect(stopped).toBe(true)
  expect(await fixture.sql("SELECT id FROM RunnerPass WHERE status = 'RUNNING'")).toEqual([])
})
