import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines, type TestDatabase } from '../support/servers.js'
import { openedDocument, type ApiDocument } from './api-document.js'
import { FAILED_RUN, MARKUP, seed } from './seed.js'
import { call, startWebServer, tokenFor, type Answer, type Call, type WebServer } from './support.js'

const UNKNOWN_RUN = '01930000-0000-7000-8000-000000000000'
const INJECTIONS = [
  `' OR 1=1 -- `,
  `"; DROP TABLE JobRun; --`,
  '`id` = 1) UNION SELECT 1 --',
  '%',
  '_',
  '\\',
  '\0',
  '💣',
]

describe.each(engines())('the API on $name', (engine) => {
  let database: TestDatabase
  let server: WebServer
  let document: ApiDocument
  let viewer: string
  let operator: string

  beforeAll(async () => {
    database = await engine.createDatabase()
    await seed(database.url)
    server = await startWebServer(database.url)
    viewer = await tokenFor('viewer')
    operator = await tokenFor('operator', { subject: 'ada' })
    document = openedDocument((await call(server, '/api/openapi.json', { token: viewer })).body)
  })
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  const get = (target: string): Promise<Answer> => call(server, target, { token: viewer })
  const post = (target: string, body: Call['body'] = {}): Promise<Answer> =>
    call(server, target, { token: operator, body })
  const rows = async (target: string, list: string) =>
    ((await get(target)).body as Record<string, unknown[]>)[list] as Record<string, unknown>[]

  it.each([
    ['/api/session', '/api/session'],
    ['/api/overview', '/api/overview'],
    ['/api/schedules', '/api/schedules'],
    ['/api/schedules', '/api/schedules?filter=paused&order=next&offset=0&limit=2&search=PAUS'],
    ['/api/schedules/{id}', '/api/schedules/hourly'],
    ['/api/schedules/{id}', '/api/schedules/team%2Fa.b%3Ac'],
    ['/api/schedules/{id}/next', '/api/schedules/hourly/next?count=3'],
    ['/api/runs', '/api/runs?schedule=hourly&job=backup&status=FAILED,COMPLETED&from=2026-01-01&limit=5'],
    ['/api/runs', '/api/runs?status=MISSED'],
    ['/api/runs/{id}', `/api/runs/${FAILED_RUN}`],
    ['/api/passes', '/api/passes?kind=PASS&status=FINISHED&status=IDLE&limit=2'],
    ['/api/timeline', '/api/timeline'],
    ['/api/audit-events', '/api/audit-events?schedule=hourly'],
  ])('answers %s as the document says: %s', async (path, target) => {
    const answer = await get(target)
    expect(answer.status).toBe(200)
    expect(document.problems('get', path, answer)).toEqual([])
  })

  it('serves exactly what the document describes', async () => {
    for (const { method, path } of document.operations) {
      const other = method === 'get' ? 'DELETE' : 'PUT'
      const answer = await call(server, path.replace('{id}', 'x'), { method: other, token: operator })
      expect([path, answer.status]).toEqual([path, 405])
      expect(answer.headers.get('allow')?.split(', ')).toContain(method.toUpperCase())
    }
    expect((await get('/api/jobs')).status).toBe(404)
  })

  it('finds the runs that the filters name, and no other', async () => {
    const failed = await rows('/api/runs?schedule=hourly&status=FAILED', 'runs')
    expect(failed.map((run) => run['id'])).toEqual([FAILED_RUN])
    expect(failed[0]?.['error']).toBe(MARKUP)
    expect(await rows('/api/runs?job=*', 'runs')).toMatchObject([{ slotCount: 11, reason: 'coalesced' }])
    expect(await rows('/api/runs?schedule=paused', 'runs')).toEqual([])
  })

  it('pages through all runs, each once', async () => {
    const seen: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const answer = await get(`/api/runs?limit=30${cursor === '' ? '' : `&cursor=${cursor}`}`)
      const page = answer.body as { runs: { id: string }[]; nextCursor: string | null }
      seen.push(...page.runs.map((run) => run.id))
      cursor = page.nextCursor
    }
    expect(seen).toHaveLength(82)
    expect(new Set(seen).size).toBe(82)
  })

  it('tells a schedule in words, with its slots, jobs and durations', async () => {
    expect((await get('/api/schedules/hourly')).body).toMatchObject({
      cronInWords: 'Every hour',
      jobs: ['backup', 'report'],
      durations: { count: 80, maxMs: 900 },
      state: 'waiting',
    })
  })

  it.each([
    ['/api/runs?stauts=FAILED', `unknown: 'stauts'`],
    [`/api/runs/${FAILED_RUN}?log=false`, `unknown: 'log'`],
    ['/api/schedules/hourly?count=3', `unknown: 'count'`],
    ['/api/runs?status=BROKEN', `'BROKEN' is none of PENDING`],
    ['/api/runs?limit=0', 'from 1 to 500'],
    ['/api/runs?limit=1e3', 'from 1 to 500'],
    ['/api/runs?from=yesterday', `'yesterday' is no instant`],
    ['/api/runs?from=2026-02-30', `'2026-02-30' is no instant`],
    ['/api/runs?cursor=1', 'no cursor of this list'],
    ['/api/runs?schedule=a&schedule=b', 'more than one is no name'],
    ['/api/passes?cursor=x', 'no cursor of this list'],
    ['/api/schedules?filter=broken', 'none of active'],
    ['/api/schedules/hourly/next?count=101', 'from 1 to 100'],
    ['/api/timeline?from=2026-01-01&to=2026-03-01', '31 days at most'],
  ])('refuses %s: %s', async (target, message) => {
    const answer = await get(target)
    expect(answer.status).toBe(400)
    expect(document.problems('get', '/api/runs', answer)).toEqual([])
    expect((answer.body as { error: { message: string } }).error.message).toContain(message)
  })

  it.each([
    ['/api/schedules/none', 'SCHEDULE_NOT_FOUND'],
    ['/api/schedules/%00', 'SCHEDULE_NOT_FOUND'],
    [`/api/runs/${UNKNOWN_RUN}`, 'RUN_NOT_FOUND'],
    ['/api/runs/nothing', 'RUN_NOT_FOUND'],
  ])('answers 404 to %s', async (target, code) => {
    expect(await get(target)).toMatchObject({ status: 404, body: { error: { code } } })
  })

  it.each(INJECTIONS)('takes %j for what it is in every filter', async (text) => {
    const value = encodeURIComponent(text)
    const filters = document.operations
      .filter(({ method }) => method === 'get')
      .flatMap(({ path, query }) => query.map((name) => `${path.replace('{id}', 'hourly')}?${name}=${value}`))
    expect(filters.length).toBeGreaterThan(20)
    for (const target of [...filters, `/api/schedules/${value}`, `/api/runs/${value}`]) {
      const answer = await get(target)
      expect([target, [200, 400, 404].includes(answer.status)]).toEqual([target, true])
    }
    expect((await get(`/api/schedules?search=${value}`)).body).toMatchObject({ schedules: [] })
    expect(await rows('/api/runs?limit=500', 'runs')).toHaveLength(82)
  })

  it('leaves a request, cancels it, and says who did', async () => {
    const requested = await post('/api/schedules/hourly/requests', { job: 'backup', params: { tenant: MARKUP } })
    expect(requested.status).toBe(201)
    expect(document.problems('post', '/api/schedules/{id}/requests', requested)).toEqual([])
    const { runs } = requested.body as { runs: { id: string }[] }
    expect(runs).toMatchObject([{ jobName: 'backup', status: 'PENDING', requestedBy: 'web:ada', trigger: 'MANUAL' }])

    const target = `/api/runs/${runs[0]?.id ?? ''}/cancel`
    const cancelled = await post(target)
    expect(cancelled).toMatchObject({ status: 200, body: { outcome: 'cancelled' } })
    expect(document.problems('post', '/api/runs/{id}/cancel', cancelled)).toEqual([])
    expect(await post(target)).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } })
    const events = await rows('/api/audit-events?limit=2', 'events')
    expect(events).toMatchObject([
      { actor: 'web:ada', action: 'cancel', runId: runs[0]?.id },
      { actor: 'web:ada', action: 'request', scheduleId: 'hourly', detail: { params: { tenant: MARKUP } } },
    ])
  })

  it('pauses with a reason and an end, and resumes', async () => {
    const until = new Date(Date.now() + 7_200_000).toISOString()
    const paused = await post('/api/schedules/team%2Fa.b%3Ac/pause', { reason: 'moving', until })
    expect(paused).toMatchObject({ status: 200, body: { enabled: false, pausedReason: 'moving', pausedUntil: until } })
    expect(document.problems('post', '/api/schedules/{id}/pause', paused)).toEqual([])
    const resumed = await post('/api/schedules/team%2Fa.b%3Ac/resume')
    expect(resumed).toMatchObject({ status: 200, body: { wasPaused: true, schedule: { enabled: true } } })
    expect(document.problems('post', '/api/schedules/{id}/resume', resumed)).toEqual([])
    expect(await rows('/api/audit-events?schedule=team/a.b:c', 'events')).toMatchObject([
      { action: 'resume', actor: 'web:ada' },
      { action: 'pause', actor: 'web:ada', detail: { reason: 'moving' } },
    ])
  })

  it('pauses everything with a reason and an end, and resumes what was not paused by itself', async () => {
    const until = new Date(Date.now() + 7_200_000).toISOString()
    const paused = await post('/api/pause-all', { reason: 'moving', until })
    expect(paused).toMatchObject({ status: 200, body: { reason: 'moving', until } })
    expect(document.problems('post', '/api/pause-all', paused)).toEqual([])
    expect(await get('/api/overview')).toMatchObject({ body: { globalPause: { reason: 'moving', until } } })
    expect(await get('/api/schedules/hourly')).toMatchObject({ body: { state: 'paused' } })
    const resumed = await post('/api/resume-all')
    expect(resumed).toMatchObject({ status: 200, body: { wasPaused: true, stillPaused: ['paused'] } })
    expect(document.problems('post', '/api/resume-all', resumed)).toEqual([])
    expect(await get('/api/overview')).toMatchObject({ body: { globalPause: null } })
    expect(await post('/api/resume-all')).toMatchObject({ status: 200, body: { wasPaused: false, skippedSlots: 0 } })
    expect(await rows('/api/audit-events?limit=2', 'events')).toMatchObject([
      { action: 'resume-all', actor: 'web:ada', scheduleId: null },
      { action: 'pause-all', actor: 'web:ada', scheduleId: null, detail: { reason: 'moving', until } },
    ])
  })

  it.each([
    ['pause-all', { until: '2001-01-01' }, 'cannot end in the past'],
    ['pause-all', { reason: 'x'.repeat(1001) }, 'reason'],
    ['pause-all', { ids: ['hourly'] }, `unknown: 'ids'`],
    ['resume-all', { reason: 'done' }, `unknown: 'reason'`],
  ])('refuses %s with %j and changes nothing', async (target, body, message) => {
    const before = await rows('/api/audit-events', 'events')
    const answer = await post(`/api/${target}`, body)
    expect(document.problems('post', `/api/${target}`, answer)).toEqual([])
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(message) as string } },
    })
    expect(await rows('/api/audit-events', 'events')).toEqual(before)
  })

  it('tells what a backfill would do, then does it', async () => {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
    const period = { from: new Date(hour - 7_200_000).toISOString(), to: new Date(hour).toISOString() }
    const target = '/api/schedules/team%2Fa.b%3Ac/backfills'
    const preview = await post(target, { ...period, dryRun: true })
    expect(preview).toMatchObject({ status: 200, body: { slots: { length: 2 }, runs: [], jobs: ['backup'] } })
    const done = await post(target, period)
    expect(done).toMatchObject({ status: 201, body: { runs: [{ trigger: 'BACKFILL' }, { trigger: 'BACKFILL' }] } })
    expect(document.problems('post', '/api/schedules/{id}/backfills', done)).toEqual([])
    expect(await post(target, period)).toMatchObject({ body: { slotsWithRun: 2, runs: [] } })
  })

  it.each([
    ['a job in the address', 'hourly/requests?job=backup', {}, 400],
    ['a dry run in the address', 'hourly/backfills?dryRun=true', { from: '2026-01-01', to: '2026-01-02' }, 400],
    ['an unknown job', 'hourly/requests', { job: 'unknown' }, 404],
    ['an unknown field', 'hourly/requests', { jobs: ['backup'] }, 400],
    ['a number for a name', 'hourly/requests', { job: 7 }, 400],
    ['an orphaned schedule', 'gone/requests', {}, 409],
    ['an unknown schedule', 'none/pause', {}, 404],
    ['an end in the past', 'hourly/pause', { until: '2001-01-01' }, 400],
    ['a long reason', 'hourly/pause', { reason: 'x'.repeat(1001) }, 400],
    ['a list for an object', 'hourly/pause', [], 400],
    ['no period', 'hourly/backfills', {}, 400],
    ['a period that ends before it begins', 'hourly/backfills', { from: '2026-01-02', to: '2026-01-01' }, 400],
    ['too many slots', 'hourly/backfills', { from: '1980-01-01', to: '2026-01-01' }, 409],
    ['half a character in params', 'hourly/requests', { params: ['\ud83d'] }, 400],
    ['a body of 300 kB', 'hourly/requests', { params: 'x'.repeat(300_000) }, 413],
  ])('refuses %s and changes nothing', async (_what, target, body, status) => {
    const before = await rows('/api/audit-events', 'events')
    const answer = await post(`/api/schedules/${target}`, body)
    expect(answer.status).toBe(status)
    expect(document.problems('post', '/api/schedules/{id}/requests', answer)).toEqual([])
    expect(await rows('/api/audit-events', 'events')).toEqual(before)
  })

  it('cannot cancel a run that does not exist', async () => {
    expect(await post(`/api/runs/${UNKNOWN_RUN}/cancel`)).toMatchObject({ status: 404 })
  })

  it('takes JSON for JSON only', async () => {
    const form = { token: operator, form: { job: 'backup' } }
    expect((await call(server, '/api/schedules/hourly/requests', form)).status).toBe(415)
    const broken = await fetch(`${server.url}/api/schedules/hourly/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
      body: '{"job":',
    })
    expect(broken.status).toBe(400)
  })

  it('sends what jobs wrote as JSON that no browser takes for a page', async () => {
    const answer = await get(`/api/runs/${FAILED_RUN}`)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.body).toMatchObject({ error: MARKUP, output: { [MARKUP]: MARKUP }, params: { tenant: MARKUP } })
  })
})
