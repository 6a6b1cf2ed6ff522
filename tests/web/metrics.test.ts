import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prismaOn } from '../queries/fixture.js'
import { engines, type TestDatabase } from '../support/servers.js'
import { seed } from './seed.js'
import { call, startWebServer, tokenFor, type WebServer } from './support.js'

const TOKEN = 'scrape-0123456789abcdef'

describe.each(engines())('health and metrics on $name', (engine) => {
  let database: TestDatabase
  let server: WebServer

  beforeAll(async () => {
    database = await engine.createDatabase()
    await seed(database.url)
    server = await startWebServer(database.url, { METRICS_TOKEN: TOKEN })
  })
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  const figures = async (headers: Record<string, string> = {}): Promise<Map<string, number>> => {
    const { text } = await call(server, '/metrics', { headers })
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
  }

  it('says that the process lives, without a session', async () => {
    expect(await call(server, '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it('says that the scheduler lives while passes come', async () => {
    const health = await call(server, '/health/scheduler')
    expect(health).toMatchObject({ status: 200, body: { status: 'ok', overdueSince: null } })
  })

  it('gives Prometheus the figures of the database and of its own answers', async () => {
    await call(server, '/api/runs/x', { token: await tokenFor('viewer') })
    const found = await figures()
    expect(found.get('run_due_schedules_database_up')).toBe(1)
    expect(found.get('run_due_schedules_overdue')).toBe(0)
    expect(found.get('run_due_schedules_schedules{state="paused"}')).toBe(1)
    expect(found.get('run_due_schedules_runs_last_day{status="FAILED"}')).toBe(1)
    expect(found.get('run_due_schedules_last_pass_exit_code')).toBe(0)
    expect(found.get('run_due_schedules_expected_interval_seconds')).toBe(3600)
    const route = 'method="GET",route="/api/runs/:id",status="404"'
    expect(found.get(`run_due_schedules_http_request_duration_seconds_count{${route}}`)).toBe(1)
    expect(found.get('process_start_time_seconds')).toBeGreaterThan(1e9)
  })

  it.each<[string, Record<string, string>, number]>([
    ['a neighbour on this machine', {}, 200],
    ['METRICS_TOKEN from anywhere', { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9' }, 200],
    ['somebody behind a proxy on this machine', { 'x-forwarded-for': '127.0.0.1' }, 401],
    ['somebody behind another kind of proxy', { forwarded: 'for=127.0.0.1' }, 401],
    ['a wrong token', { authorization: `Bearer ${TOKEN}x` }, 401],
  ])('answers %s', async (_who, headers, status) => {
    const answer = await call(server, '/metrics', { headers })
    expect(answer.status).toBe(status)
    expect(answer.text.includes('run_due_schedules_')).toBe(status === 200)
  })

  it.each([
    ['localhost', 200],
    ['[::1]', 200],
    ['evil.example', 401],
    ['127.0.0.1.evil.example', 401],
  ])('answers a neighbour that calls this machine %s: %i', async (name, status) => {
    // Not by fetch, which sets Host itself.
    const { port } = new URL(server.url)
    const answered = new Promise<number | undefined>((resolve, reject) => {
      const asked = get(
        { host: '127.0.0.1', port, path: '/metrics', headers: { host: `${name}:${port}` } },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        },
      )
      asked.once('error', reject)
    })
    expect(await answered).toBe(status)
  })

  it('does not take a session for METRICS_TOKEN', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    expect((await call(server, '/metrics', { token: await tokenFor('operator'), headers })).status).toBe(401)
  })

  it('answers 503 and since when, once no pass came for two intervals', async () => {
    const prisma = await prismaOn(database.url)
    const longAgo = new Date(Date.now() - 3 * 3_600_000)
    await prisma.runnerPass.updateMany({ data: { startedAt: longAgo, finishedAt: longAgo, leaseUntil: longAgo } })
    await prisma.$disconnect()
    await expect
      .poll(async () => (await call(server, '/health/scheduler')).body)
      .toMatchObject({ status: 'overdue', overdueSince: longAgo.toISOString() })
    expect((await call(server, '/health/scheduler')).status).toBe(503)
    await expect.poll(async () => (await figures()).get('run_due_schedules_overdue')).toBe(1)
    const { body } = await call(server, '/api/overview', { token: await tokenFor('viewer') })
    expect(body).toMatchObject({ overdueSince: longAgo.toISOString(), expectedPassAt: null })
  })
})

describe.each(engines())('where no pass has ever come, on $name', (engine) => {
  it('health, metrics, API and pages agree on when that is too long, and since when', async () => {
    const database = await engine.createDatabase()
    const server = await startWebServer(database.url, { SCHEDULE_POLL_INTERVAL_MS: '5000' })
    const token = await tokenFor('viewer')
    const get = (target: string) => call(server, target, { token })
    const told = async () => ({
      health: (await call(server, '/health/scheduler')).body,
      metrics: /^run_due_schedules_overdue (\d)$/m.exec((await call(server, '/metrics')).text)?.[1],
      overview: (await get('/api/overview')).body,
      pages: await Promise.all(['/', '/passes'].map(async (path) => (await get(path)).text.includes('role="alert"'))),
    })
    try {
      expect(await told()).toMatchObject({
        health: { status: 'waiting', overdueSince: null },
        metrics: '0',
        overview: { overdueSince: null },
        pages: [false, false],
      })
      const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string
      await expect.poll(told).toMatchObject({
        health: { status: 'overdue', overdueSince: since },
        metrics: '1',
        overview: { overdueSince: since },
        pages: [true, true],
      })
      const { health, overview } = await told()
      const { overdueSince } = health as { overdueSince: string }
      expect(overview).toMatchObject({ overdueSince })
      expect((await get('/')).text).toContain(`datetime="${overdueSince}"`)
    } finally {
      await server.stop()
      await database.drop()
    }
  })
})

describe('metrics while the database is away', () => {
  it('tell that it is, and nothing of what nobody knows', async () => {
    const server = await startWebServer('mysql://nobody:nothing@127.0.0.1:1/none')
    try {
      const { status, text } = await call(server, '/metrics')
      expect(status).toBe(200)
      const told = text.split('\n').filter((line) => line.startsWith('run_due_schedules_'))
      expect(told.filter((line) => !line.includes('http_request_duration'))).toEqual([
        'run_due_schedules_database_up 0',
        'run_due_schedules_expected_interval_seconds 3600',
        'run_due_schedules_scrape_failures_total 1',
      ])
    } finally {
      await server.stop()
    }
  })
})
