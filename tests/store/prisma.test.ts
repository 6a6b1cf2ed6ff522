import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient as MysqlClient } from '../../src/queries/generated/mysql/client.js'
import { PrismaClient as SqliteClient } from '../../src/queries/generated/sqlite/client.js'
import { aDate } from '../support/matchers.js'
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

describe.each(engines())('store and Prisma on $name', (engine) => {
  let fixture: Fixture
  let prisma: MysqlClient
  beforeAll(async () => {
    fixture = await openFixture(engine)
    prisma = engine.dialect === 'sqlite' ? sqliteClient(fixture.url) : mysqlClient(fixture.url)
  })
  afterAll(async () => {
    await prisma.$disconnect()
    await fixture.close()
  })

  it('Prisma reads what the store wrote', async () => {
    const { store } = fixture
    const { scheduleId, passId, runIds } = await startRuns(store, ['a'], {
      params: { tenant: 'acme' },
      jobNames: ['a'],
      executionMode: 'JOB_LIST',
      catchUpWindowMs: 5_000_000_000,
    })
    const [runId = ''] = runIds
    const attempts = [
      { number: 1, status: 'COMPLETED' as const, startedAt: 'x', finishedAt: null, durationMs: 1, passId, error: null },
    ]
    await store.record(passId, { ...EMPTY, progress: [{ runId, fraction: 0.5, note: 'half' }] })
    await store.record(passId, { ...EMPTY, finishes: [finish(runId, { attempts, output: [1, 'zwei', null] })] })
    await store.writeJobs([
      {
        name: 'a',
        jobGroup: null,
        description: 'd',
        configName: 'default',
        position: 1,
        definitionHash: 'h',
        orphaned: true,
      },
    ])
    await store.setGlobalPause({ at: slotAt(0), reason: 'r', until: null }, { ...NO_AUDIT, detail: { all: true } })
    const run = await store.readRun(runId)
    expect(await prisma.jobRun.findUnique({ where: { id: runId } })).toEqual({ ...run, durationMs: 12n })
    const [schedule] = await store.readSchedules([scheduleId])
    expect(await prisma.jobSchedule.findUnique({ where: { id: scheduleId } })).toEqual({
      ...schedule,
      catchUpWindowMs: 5_000_000_000n,
      jitterMs: 0n,
    })
    expect(await prisma.runnerPass.findUnique({ where: { id: passId } })).toMatchObject({
      ...PASS,
      status: 'RUNNING',
      startedAt: aDate,
      leaseUntil: aDate,
    })
    expect(await prisma.job.findMany()).toMatchObject([
      { name: 'a', description: 'd', orphaned: true, createdAt: aDate },
    ])
    expect(await prisma.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      actor: 'test',
      detail: { all: true },
      at: aDate,
    })
    expect(await prisma.runnerSetting.findUnique({ where: { name: 'pause' } })).toMatchObject({
      value: { at: slotAt(0).toISOString(), reason: 'r', until: null },
    })
  })

  it('Prisma compares instants as the store does', async () => {
    const { store } = fixture
    const id = await createSchedule(store, { nextRunAt: slotAt(30) })
    const found = async (where: object) => (await prisma.jobSchedule.findMany({ where: { id, ...where } })).length
    expect(await found({ nextRunAt: slotAt(30) })).toBe(1)
    expect(await found({ nextRunAt: { lte: slotAt(30) } })).toBe(1)
    expect(await found({ nextRunAt: { lt: slotAt(30) } })).toBe(0)
    expect(await found({ nextRunAt: { gt: new Date(slotAt(30).getTime() - 1) } })).toBe(1)
    const pass = await store.openPass(PASS, LEASE_MS)
    const row = await prisma.runnerPass.findUnique({ where: { id: pass.id } })
    expect(row?.startedAt).toEqual(pass.startedAt)
    expect((row?.leaseUntil?.getTime() ?? 0) - pass.startedAt.getTime()).toBe(LEASE_MS)
  })

  it('the store reads and takes what Prisma wrote', async () => {
    const { store } = fixture
    await prisma.jobSchedule.create({
      data: {
        id: 'by-prisma',
        cron: '@hourly',
        params: { a: [1] },
        jobNames: ['x'],
        environments: ['e'],
        nextRunAt: slotAt(3),
        startsAt: slotAt(1),
        jitterMs: 7n,
        catchUpWindowMs: 9n,
        configName: 'default',
      },
    })
    const [schedule] = await store.readSchedules(['by-prisma'])
    expect(schedule).toMatchObject({
      cron: '@hourly',
      params: { a: [1] },
      jobNames: ['x'],
      environments: ['e'],
      nextRunAt: slotAt(3),
      startsAt: slotAt(1),
      jitterMs: 7,
      catchUpWindowMs: 9,
      enabled: true,
      orphaned: false,
      historyFrom: aDate,
      createdAt: aDate,
    })
    expect(await store.listTakeable({ configName: 'default', until: slotAt(3), limit: 10 })).toContainEqual({
      scheduleId: 'by-prisma',
      priority: 0,
      at: slotAt(3),
    })
    expect(await store.listTakeable({ configName: 'default', until: slotAt(2), limit: 10 })).not.toContainEqual(
      expect.objectContaining({ scheduleId: 'by-prisma' }),
    )
    await prisma.jobRun.create({
      data: {
        id: '019ab000-0000-7000-8000-000000000000',
        scheduleId: 'by-prisma',
        jobName: 'x',
        trigger: 'MANUAL',
        params: 'text',
        availableAt: slotAt(4),
      },
    })
    const pass = await store.openPass(PASS, LEASE_MS)
    const taken = await store.take(pass.id, ['by-prisma'], (locked) => {
      expect(locked.waiting).toMatchObject([
        { params: 'text', availableAt: slotAt(4), attempts: [], scheduledFor: null },
      ])
      return { ...takeSlot('x')(locked), resume: locked.waiting.map((run) => run.id) }
    })
    expect(taken).toMatchObject([{ runs: [{ scheduledFor: slotAt(3) }, { trigger: 'MANUAL' }] }])
  })
})

function mysqlClient(databaseUrl: string): MysqlClient {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl)
  const adapter = new PrismaMariaDb({
    host: hostname,
    port: Number(port || 3306),
    user: username,
    password,
    database: pathname.slice(1),
    timezone: '+00:00',
    connectionLimit: 2,
    allowPublicKeyRetrieval: true,
  })
  return new MysqlClient({ adapter })
}

// Both clients have the same models; the types differ by name only.
function sqliteClient(databaseUrl: string): MysqlClient {
  return new SqliteClient({ adapter: new PrismaLibSql({ url: databaseUrl }) }) as unknown as MysqlClient
}
