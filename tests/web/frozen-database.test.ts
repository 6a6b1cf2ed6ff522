import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startMariadb } from '../support/servers.js'
import { mariadbIsInstalled, type MariadbServer } from '../support/mariadb.js'
import { missing } from '../support/missing.js'
import { startMysqlProxy, type MysqlProxy } from '../support/mysql-proxy.js'
import { seed } from './seed.js'
import { call, signIn, startWebServer, tokenFor, type WebServer } from './support.js'

// A read is given up after 8 s and a new connection after 5 s; the rest is what a busy machine may add.
const ANSWERED_MS = 25_000
const PAGES = ['/', '/schedules', '/schedules/hourly', '/runs', '/passes', '/api/overview', '/api/runs?limit=3']

const describeWithMariadb = describe.skipIf(!mariadbIsInstalled() && !missing('MariaDB', 'no mariadbd found'))

describeWithMariadb('a database that keeps its connections but does not answer', () => {
  let mariadb: MariadbServer
  let proxy: MysqlProxy
  let server: WebServer
  let token: string
  let cookie: string

  beforeAll(async () => {
    mariadb = await startMariadb()
    const url = await mariadb.createDatabase('frozen')
    await (await import('../../src/store/migrations.js')).migrate(url)
    await seed(url)
    proxy = await startMysqlProxy(url)
    server = await startWebServer(proxy.url)
    token = await tokenFor('viewer')
    cookie = await signIn(server, await tokenFor('operator'))
  })
  afterEach(() => proxy.blackhole(false))
  afterAll(async () => {
    await server.stop()
    await proxy.close()
    await mariadb.stop()
  })

  const get = async (target: string) => {
    const askedAt = performance.now()
    const { status, text } = await call(server, target, { token })
    return { target, status, text, isInTime: performance.now() - askedAt < ANSWERED_MS }
  }
  const pause = async () => {
    const headers = { cookie }
    const { csrfToken } = (await call(server, '/api/session', { headers })).body as { csrfToken: string }
    return call(server, '/schedules/hourly/pause', { headers, form: { csrf: csrfToken, reason: 'moving the index' } })
  }
  const together = (targets: readonly string[]) => Promise.all(targets.map((target) => get(target)))
  const refused = (targets: readonly string[]) =>
    targets.map((target) => ({ target, status: 503, isInTime: true, text: expect.any(String) as string }))
  const untilAnswered = () => expect.poll(async () => (await get('/api/overview')).status).toBe(200)

  it('is given up with 503, by every reader and again by those who come later, until it answers', async () => {
    await untilAnswered()
    // Right after an answer the pool trusts its connections: these questions are sent, and lost.
    proxy.blackhole(true)
    expect(await together(PAGES)).toEqual(refused(PAGES))
    expect(await together(PAGES)).toEqual(refused(PAGES))
    const kept = await pause()
    expect(kept.status).toBe(503)
    expect(kept.text).toMatch(/The database is away.*moving the index<\/dd>.*Send it again/s)
    expect((await get('/health/scheduler')).text).toContain('DATABASE_UNREACHABLE')
    expect((await call(server, '/metrics')).text).toContain('run_due_schedules_database_up 0')
    expect((await get('/healthz')).status).toBe(200)
    proxy.blackhole(false)
    await untilAnswered()
    expect((await together(PAGES)).map(({ status }) => status)).toEqual(PAGES.map(() => 200))
  })

  it('is noticed where it froze while nobody asked, and no more once it goes on', async () => {
    await untilAnswered()
    const pid = Number(await readFile(path.join(mariadb.folder, 'pid'), 'utf8'))
    // By then the pool looks at its connections before it uses them.
    await sleep(1000)
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await together(PAGES)).toEqual(refused(PAGES))
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await untilAnswered()
  })

  it('does not keep the server from ending', async () => {
    const other = await startWebServer(proxy.url)
    try {
      expect((await call(other, '/api/overview', { token })).status).toBe(200)
    } catch (error) {
      await other.stop()
      throw error
    }
    proxy.blackhole(true)
    const stoppedAt = performance.now()
    expect(await other.stop()).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(ANSWERED_MS)
  })
})
