import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prismaOn, run, runId } from '../queries/fixture.js'
import { engines, type TestDatabase } from '../support/servers.js'
import { FAILED_RUN, seed } from './seed.js'
import { call, startWebServer, tokenFor, type WebServer } from './support.js'

const FILTERS = {
  '/runs': ['schedule', 'job', 'status', 'from', 'to', 'cursor'],
  '/schedules': ['search', 'filter', 'order', 'page'],
  '/passes': ['kind', 'before'],
}
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
const WORKER_RUN = runId(new Date())

describe.each(engines())('the filters in the address of a page on $name', (engine) => {
  let database: TestDatabase
  let server: WebServer
  let token: string

  beforeAll(async () => {
    database = await engine.createDatabase()
    await seed(database.url)
    await addWorkerPass(database.url)
    server = await startWebServer(database.url)
    token = await tokenFor('viewer')
  })
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  const get = (target: string) => call(server, target, { token })
  const mainOf = async (target: string) => {
    const { status, text } = await get(target)
    const main = (/<main.*<\/main>/s.exec(text)?.[0] ?? '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
    return { status, text: main }
  }

  it.each(INJECTIONS)('are taken for what they are: %j', async (text) => {
    for (const [path, names] of Object.entries(FILTERS)) {
      for (const name of names) {
        const target = `${path}?${name}=${encodeURIComponent(text)}`
        const { status, headers } = await get(target)
        expect([target, status, headers.get('content-type')]).toEqual([target, 200, 'text/html; charset=UTF-8'])
      }
    }
    const value = encodeURIComponent(text)
    expect((await mainOf(`/schedules?search=${value}`)).text).toContain('No schedule matches')
    expect((await mainOf(`/runs?schedule=${value}`)).text).toContain('No run matches')
    expect((await mainOf(`/runs?job=${value}`)).text).toContain('No run matches')
    const { body } = await get('/api/runs?limit=500')
    expect((body as { runs: unknown[] }).runs).toHaveLength(83)
  })

  it.each([
    ['/runs?status=failed', `'failed' is none of PENDING`],
    ['/runs?stauts=FAILED', `Unknown: 'stauts'; there is schedule, job, status`],
    ['/runs?cursor=abc', `'abc' is no cursor of this list`],
    ['/runs?from=yesterday&to=tomorrow', `'tomorrow' in the field to is not a time`],
    ['/schedules?filter=broken', `'broken' is none of active, failing`],
    ['/schedules?order=newest', `'newest' is none of id, next`],
    ['/schedules?page=0', 'Page must be a whole number'],
    ['/passes?kind=pass', `'pass' is none of PASS`],
    ['/passes?before=abc', `'abc' is no cursor of this list`],
  ])('are said to be wrong, and left out: %s', async (target, complaint) => {
    const { status, text } = await mainOf(target)
    expect(status).toBe(200)
    expect(text.replaceAll('&#39;', "'")).toMatch(/That filter cannot be read.*It is left out\./)
    expect(text.replaceAll('&#39;', "'")).toContain(complaint)
    expect(text).not.toMatch(/No pass yet|No schedule yet|Nothing has run yet/)
  })

  it.each([
    ['/schedules?page=99', 'There is no page 99', 'href="/schedules"'],
    ['/passes?before=1', 'There are no older passes', 'href="/passes"'],
    [`/runs?cursor=${runId(new Date(0))}`, 'There are no older runs', 'href="/runs"'],
  ])('lead back from beyond the end: %s', async (target, title, way) => {
    const { text } = await get(target)
    expect(text).toContain(title)
    expect(text).toContain(way)
  })

  it('of the pass of a run find it, among those of its kind', async () => {
    const { text } = await get(`/runs/${WORKER_RUN}`)
    const href = /href="(\/passes[^"#]+)#(pass-\d+)"/.exec(text)
    const listed = (await get(href?.[1]?.replaceAll('&amp;', '&') ?? '')).text
    expect(listed).toContain(`<tr id="${href?.[2] ?? ''}"`)
    expect(listed).toContain('node-of-worker')
  })

  it('name a run in any case, as the API does', async () => {
    expect((await get(`/runs/${FAILED_RUN.toUpperCase()}`)).status).toBe(200)
  })
})

async function addWorkerPass(url: string): Promise<void> {
  const prisma = await prismaOn(url)
  const at = new Date()
  const pass = { host: 'node-of-worker', pid: 8, version: '0.1.0', startedAt: at, finishedAt: at, exitCode: 0 }
  const { id } = await prisma.runnerPass.create({ data: { ...pass, kind: 'WORKER', status: 'FINISHED' } })
  await prisma.jobRun.create({
    data: { ...run({ scheduleId: 'hourly', jobName: 'backup' }), id: WORKER_RUN, trigger: 'MANUAL', passId: id },
  })
  await prisma.$disconnect()
}
