import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PrismaClient } from '../../src/queries/generated/mysql/client.js'
import { openQueries } from '../../src/queries/open-queries.js'
import type { Queries } from '../../src/queries/queries.js'
import { openStore } from '../../src/store/open-store.js'
import { engines, type TestDatabase } from '../support/servers.js'
import { prismaOn, run, runId, schedule } from './fixture.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = new Date('2026-11-01T00:00:00Z')
const at = (ms: number) => new Date(START.getTime() + ms)

describe.each(engines())('queries on $name', (engine) => {
  let database: TestDatabase
  let queries: Queries
  let prisma: PrismaClient
  let now: Date

  beforeAll(async () => {
    database = await engine.createDatabase()
    prisma = await prismaOn(database.url)
    queries = await openQueries(database.url)
    now = await queries.now()
    await prisma.job.createMany({ data: JOBS })
    await prisma.jobSchedule.createMany({ data: schedules(now) })
    await prisma.jobRun.createMany({ data: runs(now) })
    await prisma.runnerPass.createMany({ data: passes(now) })
    await prisma.auditEvent.createMany({ data: ['pause', 'resume', 'cancel'].map(auditEvent) })
  })

  afterAll(async () => {
    await queries.close()
    await prisma.$disconnect()
    await database.drop()
  })

  describe('schedules', () => {
    it('come in the order of their ids, each with what it is doing', async () => {
      const page = await queries.listSchedules()
      expect(page.schedules.map(({ id, state }) => [id, state])).toEqual([
        ['busy', 'running'],
        ['due', 'due'],
        ['gone', 'orphaned'],
        ['over', 'ended'],
        ['paused', 'paused'],
        ['waiting', 'waiting'],
      ])
      expect(page.total).toBe(6)
      expect(page.globalPause).toBeNull()
      expect(Math.abs(page.now.getTime() - now.getTime())).toBeLessThan(10_000)
    })

    it('count their open runs', async () => {
      expect(await queries.getSchedule('busy')).toMatchObject({ runningRuns: 2, waitingRuns: 1 })
      expect(await queries.getSchedule('waiting')).toMatchObject({ runningRuns: 0, waitingRuns: 0 })
    })

    it('come soonest first when asked to, those without a slot last', async () => {
      const { schedules } = await queries.listSchedules({ order: 'next' })
      expect(schedules.map(({ id }) => id)).toEqual(['busy', 'due', 'waiting', 'gone', 'over', 'paused'])
    })

    it('are narrowed by part of the id and by what they are', async () => {
      const ids = async (query: Parameters<Queries['listSchedules']>[0]) =>
        (await queries.listSchedules(query)).schedules.map(({ id }) => id)
      expect(await ids({ search: 'us' })).toEqual(['busy', 'paused'])
      expect(await ids({ search: "x' OR '1'='1" })).toEqual([])
      expect(await ids({ search: '%' })).toEqual([])
      expect(await ids({ search: 'd_e' })).toEqual([])
      expect(await ids({ search: 'US', filter: 'paused' })).toEqual(['paused'])
      expect(await ids({ filter: 'failing' })).toEqual(['busy', 'due'])
      expect(await ids({ filter: 'paused' })).toEqual(['paused'])
      expect(await ids({ filter: 'orphaned' })).toEqual(['gone'])
      expect(await ids({ filter: 'active' })).toEqual(['busy', 'due', 'over', 'waiting'])
      expect(await ids({ filter: 'due' })).toEqual(['busy', 'due'])
    })

    it('come in pages that know how many there are', async () => {
      const page = await queries.listSchedules({ offset: 2, limit: 2 })
      expect(page.schedules.map(({ id }) => id)).toEqual(['gone', 'over'])
      expect(page.total).toBe(6)
    })

    it('carry all they were defined with, as domain values', async () => {
      expect(await queries.getSchedule('waiting')).toMatchObject({
        cron: '30 7 * * mon-fri',
        timezone: 'America/New_York',
        executionMode: 'JOB_LIST',
        jobNames: ['mail'],
        params: { tenant: 'acme', deep: [1, null] },
        catchUpWindowMs: 12 * HOUR,
        jitterMs: 0,
        environments: ['production'],
        enabled: true,
        historyFrom: new Date('2026-10-01T00:00:00Z'),
      })
      expect(await queries.getSchedule('WAITING')).toBeNull()
    })

    it('are paused while everything is, until that ends', async () => {
      const write = (until: Date | null) => {
        const value = { at: now.toISOString(), reason: 'migration', until: until?.toISOString() ?? null }
        return prisma.runnerSetting.upsert({
          where: { name: 'pause' },
          create: { name: 'pause', value },
          update: { value },
        })
      }
      await write(new Date(now.getTime() + HOUR))
      expect(await queries.getSchedule('waiting')).toMatchObject({ state: 'paused' })
      expect((await queries.overview()).globalPause).toEqual({
        at: now,
        reason: 'migration',
        until: new Date(now.getTime() + HOUR),
      })
      await write(new Date(now.getTime() - HOUR))
      expect(await queries.getSchedule('waiting')).toMatchObject({ state: 'waiting' })
      await prisma.runnerSetting.delete({ where: { name: 'pause' } })
    })
  })

  describe('more schedules than one statement takes', () => {
    let many: Queries
    let crowd: TestDatabase

    beforeAll(async () => {
      crowd = await engine.createDatabase()
      const client = await prismaOn(crowd.url)
      const ids = Array.from({ length: 1200 }, (_, index) => `s-${String(index).padStart(4, '0')}`)
      await client.jobSchedule.createMany({ data: ids.map((id) => schedule({ id, nextRunAt: null })) })
      const jobs = ['a', 'b', 'c', 'd', 'e']
      const slots = Array.from({ length: 60 }, (_, index) => at(index * HOUR))
      for (const scheduleId of ids.slice(0, 20)) {
        await client.jobRun.createMany({
          data: slots.flatMap((scheduledFor) => jobs.map((jobName) => run({ scheduleId, jobName, scheduledFor }))),
        })
      }
      await client.jobRun.createMany({
        data: ids.map((scheduleId) =>
          run({ scheduleId, jobName: 'late', scheduledFor: null, status: 'PENDING', createdAt: at(99 * HOUR) }),
        ),
      })
      await client.$disconnect()
      many = await openQueries(crowd.url)
    })

    afterAll(async () => {
      await many.close()
      await crowd.drop()
    })

    it('come in order, each with its open runs', async () => {
      for (const query of [{}, { search: 'S-' }, { order: 'next' as const }]) {
        const { schedules, total } = await many.listSchedules({ ...query, limit: 1200 })
        expect(total).toBe(1200)
        expect(schedules.map(({ id }) => id)).toEqual(schedules.map(({ id }) => id).toSorted())
        expect(schedules.filter(({ waitingRuns }) => waitingRuns === 1)).toHaveLength(1200)
      }
    })

    it('have their strips read side by side, also those of many jobs', async () => {
      const ids = (await many.listSchedules({ limit: 500 })).schedules.map(({ id }) => id)
      const strips = await many.slots(ids)
      expect(ids.slice(0, 20).map((id) => strips.get(id)?.length)).toEqual(Array.from({ length: 20 }, () => 60))
      expect(strips.get('s-0000')?.at(-1)).toMatchObject({ scheduledFor: at(59 * HOUR), runs: 5 })
      expect(strips.get('s-0020')).toEqual([])
    })
  })

  describe('jobs', () => {
    it('come in declared order', async () => {
      expect((await queries.listJobs()).map(({ name, jobGroup }) => [name, jobGroup])).toEqual([
        ['backup', 'nightly'],
        ['vacuum', 'nightly'],
        ['mail', null],
      ])
    })
  })

  describe('runs', () => {
    const slotsOf = (page: { runs: { scheduledFor: Date | null }[] }) => page.runs.map((found) => found.scheduledFor)

    it('come newest first, page by page, each once', async () => {
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page = await queries.listRuns({ limit: 7, ...(cursor === null ? {} : { cursor }) })
        expect(page.runs.length).toBeLessThanOrEqual(7)
        seen.push(...page.runs.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== null)
      const all = await prisma.jobRun.findMany({ select: { id: true }, orderBy: { id: 'desc' } })
      expect(seen).toEqual(all.map(({ id }) => id))
    })

    it('are narrowed by schedule, job and status together', async () => {
      const of = async (query: Parameters<Queries['listRuns']>[0]) =>
        (await queries.listRuns({ limit: 500, ...query })).runs
      expect(await of({ scheduleId: 'waiting' })).toHaveLength(30)
      expect(await of({ scheduleId: 'waiting', statuses: ['FAILED'] })).toHaveLength(3)
      expect(await of({ scheduleId: 'waiting', statuses: ['FAILED', 'COMPLETED', 'FAILED'] })).toHaveLength(30)
      expect(await of({ jobName: 'mail' })).toHaveLength(30)
      expect(await of({ jobName: 'vacuum', statuses: ['RUNNING'] })).toHaveLength(1)
      expect(await of({ scheduleId: 'busy', jobName: 'vacuum' })).toHaveLength(11)
      expect(await of({ jobName: 'MAIL' })).toEqual([])
      expect(await of({ scheduleId: "x' OR '1'='1" })).toEqual([])
      expect(await of({ jobName: "x') UNION SELECT '" })).toEqual([])
    })

    it('find waiting runs by status whatever they wait for', async () => {
      const { runs: waiting } = await queries.listRuns({ statuses: ['PENDING'] })
      expect(waiting).toMatchObject([{ trigger: 'MANUAL', scheduledFor: null, requestedBy: 'cli:maria' }])
    })

    it('are narrowed by when they were recorded: from included, to left out', async () => {
      const page = await queries.listRuns({ scheduleId: 'waiting', from: at(2 * HOUR + 4000), to: at(5 * HOUR + 4000) })
      expect(slotsOf(page)).toEqual([at(4 * HOUR), at(3 * HOUR), at(2 * HOUR)])
      expect(slotsOf(await queries.listRuns({ from: at(HOUR), to: at(2 * HOUR) }))).toEqual([at(HOUR)])
    })

    it('leave bulky texts in the database and cut errors', async () => {
      const { runs: failed } = await queries.listRuns({ scheduleId: 'waiting', statuses: ['FAILED'], limit: 1 })
      expect(failed[0]).not.toHaveProperty('log')
      expect(failed[0]).not.toHaveProperty('output')
      expect(failed[0]?.error).toBe('boom '.repeat(60))
    })

    it('keep the page size within bounds', async () => {
      expect((await queries.listRuns({ limit: 0 })).runs).toHaveLength(1)
      expect((await queries.listRuns({ limit: Number.NaN })).runs).toHaveLength(50)
      expect((await queries.listRuns({ limit: 1e9 })).runs.length).toBeGreaterThan(50)
    })

    it('can be read one by one, whole', async () => {
      const [newest] = (await queries.listRuns({ scheduleId: 'waiting', statuses: ['FAILED'] })).runs
      const whole = await queries.getRun(newest?.id ?? '')
      expect(whole).toMatchObject({
        output: { sent: 42 },
        log: 'one\ntwo',
        durationMs: 400,
        params: null,
        progress: null,
      })
      expect(whole?.error).toHaveLength(500)
      expect(whole?.attempts).toEqual([expect.objectContaining({ number: 1, status: 'FAILED' })])
      expect(await queries.getRun('no such id')).toBeNull()
    })

    it('are found by the end of their id', async () => {
      const { runs: some } = await queries.listRuns({ limit: 3 })
      const id = some[2]?.id ?? ''
      expect(await queries.findRunIds(id.slice(-8))).toEqual([id])
      expect(await queries.findRunIds(id.slice(-8).toUpperCase())).toEqual([id])
      expect(await queries.findRunIds('%')).toEqual([])
      expect(await queries.findRunIds('00000000')).toEqual([])
    })
  })

  describe('statistics', () => {
    it('tell how long completed runs took', async () => {
      const found = await queries.durations(['waiting', 'over', 'no such'])
      // 27 completed runs of 1 to 27 seconds, the newest the longest.
      expect([...found.keys()]).toEqual(['waiting'])
      expect(found.get('waiting')).toEqual({
        count: 27,
        averageMs: 14_000,
        p50Ms: 14_000,
        p95Ms: 26_000,
        maxMs: 27_000,
        lastMs: 27_000,
      })
      expect((await queries.durations(['waiting'], 2)).get('waiting')).toMatchObject({ count: 2, p50Ms: 26_000 })
      expect((await queries.durations([])).size).toBe(0)
    })

    it('tell what became of the newest slots, oldest first', async () => {
      const strips = await queries.slots(['waiting', 'over', 'busy'], 5)
      expect(strips.get('waiting')?.map(({ scheduledFor }) => scheduledFor)).toEqual(
        [25, 26, 27, 28, 29].map((hour) => at(hour * HOUR)),
      )
      expect(strips.get('waiting')?.at(-1)).toMatchObject({ status: 'COMPLETED', runs: 1, durationMs: 27_000 })
      expect(strips.get('over')).toEqual([])
      expect((await queries.slots([])).size).toBe(0)
    })

    it('make one slot of all its jobs, from the first start to the last finish, and leave manual runs out', async () => {
      const strip = (await queries.slots(['busy'])).get('busy') ?? []
      expect(strip).toHaveLength(12)
      expect(strip[0]).toMatchObject({ status: 'MISSED', reason: 'coalesced', runs: 0, slotCount: 7, durationMs: null })
      expect(strip[1]).toMatchObject({ status: 'FAILED', runs: 2, durationMs: 60_000 })
      expect(strip[2]).toMatchObject({ status: 'COMPLETED', runs: 2 })
      expect(strip.at(-1)).toMatchObject({ status: 'RUNNING', runs: 2, durationMs: null })
    })

    it('tell what ran when, beside what', async () => {
      const bars = await queries.timeline({ from: at(3 * HOUR), to: at(4 * HOUR + 4001) })
      expect(bars.map(({ startedAt }) => startedAt)).toEqual([at(4 * HOUR + 4000), at(3 * HOUR + 4000)])
      const running = await queries.timeline({
        from: new Date(now.getTime() - MINUTE),
        to: new Date(now.getTime() + MINUTE),
      })
      expect(running.map(({ scheduleId, status }) => [scheduleId, status])).toEqual([
        ['busy', 'RUNNING'],
        ['busy', 'RUNNING'],
      ])
    })
  })

  describe('the overview', () => {
    it('counts schedules, open runs and the last day', async () => {
      const overview = await queries.overview()
      expect(overview.schedules).toEqual({ total: 6, active: 4, paused: 1, orphaned: 1, failing: 2, due: 2 })
      expect(overview.open).toEqual({ running: 2, queued: 0, pending: 1 })
      expect(overview.lastDay).toMatchObject({ RUNNING: 2 })
      expect(overview.running.map(({ progress }) => progress)).toContainEqual({ fraction: 0.5, note: 'half' })
      expect(overview.failing.map(({ id, consecutiveFailures }) => [id, consecutiveFailures])).toEqual([
        ['due', 4],
        ['busy', 1],
      ])
      expect(overview.next).toMatchObject({ scheduleId: 'busy' })
    })

    it('tells the newest pass of the platform and the last sign of life', async () => {
      const overview = await queries.overview()
      expect(overview.lastPass).toMatchObject({ kind: 'PASS', status: 'FINISHED', executed: 4, exitCode: 1 })
      // The worker that still runs renewed its lease after that pass.
      expect(overview.lastSignOfLifeAt?.getTime()).toBeGreaterThanOrEqual(now.getTime())
    })
  })

  describe('passes and audit events', () => {
    it('come newest first, page by page', async () => {
      const first = await queries.listPasses({ limit: 2 })
      expect(first.passes.map(({ kind }) => kind)).toEqual(['MANUAL', 'WORKER'])
      const second = await queries.listPasses({ cursor: first.nextCursor ?? '' })
      expect(second.passes.map(({ kind, status }) => [kind, status])).toEqual([
        ['PASS', 'FINISHED'],
        ['PASS', 'IDLE'],
      ])
      expect(second.nextCursor).toBeNull()
      expect((await queries.listPasses({ kind: 'PASS', statuses: ['IDLE'] })).passes).toHaveLength(1)
      expect(await queries.getPass(second.passes[0]?.id ?? 0)).toEqual(second.passes[0])
      expect(await queries.getPass(4711)).toBeNull()
      expect((await queries.listPasses({ cursor: '1; DROP TABLE RunnerPass' })).passes).toEqual([])
    })

    it('are narrowed by schedule', async () => {
      const { events, nextCursor } = await queries.listAuditEvents({ scheduleId: 'waiting', limit: 2 })
      expect(events.map(({ action }) => action)).toEqual(['cancel', 'resume'])
      expect(nextCursor).not.toBeNull()
      expect((await queries.listAuditEvents({ scheduleId: 'nope' })).events).toEqual([])
    })
  })

  describe('beside the store', () => {
    it('read what it wrote, instants to the millisecond', async () => {
      const store = await openStore({ databaseUrl: database.url })
      const slot = new Date('2026-03-29T00:59:59.123Z')
      const runs = [{ jobName: 'mail', maxAttempts: 3, scheduledFor: slot, params: { n: 1 }, priority: 7 }]
      const insert = { scheduleId: 'over', trigger: 'BACKFILL', runs, requestedBy: 'test', passId: null } as const
      await store.insertRuns({ ...insert, refuseIfOpen: false, audit: null })
      await store.close()
      const page = await queries.listRuns({ scheduleId: 'over' })
      expect(page.runs).toMatchObject([
        { jobName: 'mail', trigger: 'BACKFILL', status: 'PENDING', scheduledFor: slot, priority: 7, maxAttempts: 3 },
      ])
      expect(
        Math.abs((page.runs[0]?.createdAt.getTime() ?? 0) - Date.parse((await queries.now()).toISOString())),
      ).toBeLessThan(10_000)
      expect(await queries.getRun(page.runs[0]?.id ?? '')).toMatchObject({ params: { n: 1 }, attempts: [] })
      await prisma.jobRun.deleteMany({ where: { scheduleId: 'over' } })
    })
  })
})

const JOBS = [
  { name: 'backup', jobGroup: 'nightly', configName: 'default', position: 0, definitionHash: 'h' },
  { name: 'vacuum', jobGroup: 'nightly', configName: 'default', position: 1, definitionHash: 'h' },
  { name: 'mail', jobGroup: null, configName: 'default', position: 2, definitionHash: 'h' },
]

function schedules(now: Date) {
  const from = (ms: number) => new Date(now.getTime() + ms)
  const failed = { lastStatus: 'FAILED', lastError: 'boom' }
  return [
    schedule({ id: 'waiting', ...WAITING, nextRunAt: from(HOUR) }),
    schedule({ id: 'due', nextRunAt: from(-MINUTE), ...failed, consecutiveFailures: 4 }),
    schedule({ id: 'busy', ...BUSY, nextRunAt: from(-HOUR), ...failed, consecutiveFailures: 1 }),
    schedule({ id: 'paused', enabled: false, pausedReason: 'moving house' }),
    schedule({ id: 'gone', orphaned: true }),
    schedule({ id: 'over', nextRunAt: null }),
  ]
}

const BUSY = { executionMode: 'JOB_GROUP', jobGroup: 'nightly' }
const WAITING = {
  cron: '30 7 * * mon-fri',
  timezone: 'America/New_York',
  executionMode: 'JOB_LIST',
  jobNames: ['mail'],
  params: { tenant: 'acme', deep: [1, null] },
  catchUpWindowMs: 12 * HOUR,
  environments: ['production'],
}

function runs(now: Date) {
  const attempts = [{ number: 1, status: 'FAILED', startedAt: START.toISOString(), finishedAt: null }]
  const failure = { status: 'FAILED', error: 'boom '.repeat(100), log: 'one\ntwo', output: { sent: 42 }, attempts }
  const mails = Array.from({ length: 30 }, (_, hour) =>
    run({
      scheduleId: 'waiting',
      jobName: 'mail',
      scheduledFor: at(hour * HOUR),
      ...(hour < 3 ? failure : { durationMs: (hour - 2) * 1000 }),
    }),
  )
  const nightly = Array.from({ length: 10 }, (_, day) => at((day + 2) * 24 * HOUR)).flatMap((slot, day) => [
    run({ scheduleId: 'busy', jobName: 'backup', scheduledFor: slot, ...(day === 0 ? { status: 'TIMED_OUT' } : {}) }),
    run({
      scheduleId: 'busy',
      jobName: 'vacuum',
      scheduledFor: slot,
      durationMs: 60_000,
      ...(day === 0 ? { status: 'FAILED' } : {}),
    }),
  ])
  return [...mails, ...nightly, writeOff(), ...openRuns(now)]
}

function writeOff() {
  const slot = at(40 * HOUR)
  const never = { startedAt: null, finishedAt: slot, durationMs: null, attempt: 0 }
  const span = { firstSlot: at(34 * HOUR), slotCount: 7, scheduledFor: slot, createdAt: slot }
  return run({ scheduleId: 'busy', jobName: '*', status: 'MISSED', reason: 'coalesced', ...span, ...never })
}

function openRuns(now: Date) {
  const slot = new Date(now.getTime() - MINUTE)
  const running = { scheduleId: 'busy', status: 'RUNNING', scheduledFor: slot, finishedAt: null, durationMs: null }
  return [
    run({ ...running, jobName: 'backup', progress: { fraction: 0.5, note: 'half' } }),
    run({ ...running, jobName: 'vacuum' }),
    {
      id: runId(now),
      scheduleId: 'busy',
      jobName: 'backup',
      trigger: 'MANUAL',
      status: 'PENDING',
      createdAt: now,
      availableAt: now,
      requestedBy: 'cli:maria',
    },
  ]
}

function passes(now: Date) {
  const base = { host: 'runner', pid: 1, version: '1', startedAt: at(0) }
  const finishedAt = new Date(now.getTime() - HOUR)
  return [
    { ...base, kind: 'PASS', status: 'IDLE', finishedAt: at(0) },
    { ...base, kind: 'PASS', status: 'FINISHED', finishedAt, executed: 4, exitCode: 1 },
    { ...base, kind: 'WORKER', status: 'RUNNING', leaseUntil: new Date(now.getTime() + HOUR) },
    { ...base, kind: 'MANUAL', status: 'FINISHED', finishedAt: now },
  ]
}

function auditEvent(action: string) {
  return { actor: 'cli:maria', action, scheduleId: 'waiting', detail: { because: 'test' } }
}
