import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { aProject, type Project } from '../scenarios/project.js'
import { execute } from '../support/execute.js'
import { engines } from '../support/servers.js'
import { call, SECRET, startWebServer, tokenFor, type WebServer } from './support.js'

const PROGRAM = path.join(ROOT, 'bin/web-server.js')

const started: WebServer[] = []
const projects: Project[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()))
  await Promise.all(projects.splice(0).map((project) => project.remove()))
})

async function serve(url: string, env: Record<string, string> = {}): Promise<WebServer> {
  const server = await startWebServer(url, env)
  started.push(server)
  return server
}

describe('starting the web server', () => {
  const start = (env: Record<string, string>) =>
    execute(process.execPath, [PROGRAM], { cwd: '/tmp', env: { DATABASE_URL: 'file:./unused.db', PORT: '0', ...env } })

  it.each<[string, Record<string, string>, string]>([
    ['without JWT_SECRET', {}, 'JWT_SECRET: is not set'],
    ['with an empty one', { JWT_SECRET: '  ' }, 'JWT_SECRET: is not set'],
    ['with a short one', { JWT_SECRET: SECRET.slice(1) }, 'JWT_SECRET: has 31 bytes, 32 are the least'],
    ['with one that can be guessed', { JWT_SECRET: 'abcd'.repeat(20) }, 'JWT_SECRET: can be guessed'],
    [
      'with that of a manual',
      { JWT_SECRET: 'your-256-bit-secret'.repeat(2) },
      'JWT_SECRET: can be guessed: it is what',
    ],
    [
      'with a word over and over',
      { JWT_SECRET: 'tr0ub4dor&3-'.repeat(4).slice(0, 45) },
      'can be guessed: it repeats itself',
    ],
    ['with one that counts', { JWT_SECRET: '1234567890'.repeat(4).slice(0, 39) }, 'JWT_SECRET: can be guessed'],
    ['with an alphabet', { JWT_SECRET: 'abcdefghijklmnopqrstuvwxyz0123456789' }, 'JWT_SECRET: can be guessed: its'],
    [
      'with an embedded worker',
      { JWT_SECRET: SECRET, EMBEDDED_JOB_WORKER: 'true' },
      'EMBEDDED_JOB_WORKER: asks the web',
    ],
    ['with a PORT that is none', { JWT_SECRET: SECRET, PORT: '70000' }, 'PORT: must be a whole number'],
    ['with a short METRICS_TOKEN', { JWT_SECRET: SECRET, METRICS_TOKEN: 'x' }, 'METRICS_TOKEN: has 1 characters'],
    [
      'with a METRICS_TOKEN that nobody can send',
      { JWT_SECRET: SECRET, METRICS_TOKEN: 'correct horse battery staple' },
      'METRICS_TOKEN: has characters',
    ],
    [
      'with a database that is none',
      { JWT_SECRET: SECRET, DATABASE_URL: 'postgres://x/y' },
      'DATABASE_URL: names a Post',
    ],
    ['with a HOST that is not here', { JWT_SECRET: SECRET, HOST: '192.0.2.1' }, 'is no address of this machine'],
  ])('is refused %s', async (_what, env, message) => {
    const { code, stderr } = await start(env)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
    expect(stderr).toContain('fix:')
    if (env['JWT_SECRET']?.trim()) expect(stderr).not.toContain(env['JWT_SECRET'])
  })

  it('names everything that is wrong at once', async () => {
    const { stderr } = await start({ PORT: 'x', EMBEDDED_JOB_WORKER: '1', SCHEDULE_POLL_INTERVAL_MS: 'often' })
    expect(stderr).toContain('has 4 problems')
  })

  it('is refused where the port is in use', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const port = String((other.address() as net.AddressInfo).port)
    const { code, stderr } = await start({ JWT_SECRET: SECRET, HOST: '127.0.0.1', PORT: port })
    other.close()
    expect([code, stderr]).toEqual([2, expect.stringContaining(`127.0.0.1:${port} is in use`)])
  })

  it.each(engines().filter(({ dialect }) => dialect === 'mysql'))(
    'works while $name is away, says so, and goes on when it is back',
    async (engine) => {
      const project = await aProject(engine)
      projects.push(project)
      const gate = await gateTo(project.database?.url ?? '')
      const server = await serve(gate.url)
      const token = await tokenFor('operator')
      const answer = await call(server, '/api/overview', { token })
      expect(answer).toMatchObject({ status: 503, body: { error: { code: 'DATABASE_UNREACHABLE' } } })
      expect(answer.headers.get('retry-after')).toBe('10')
      expect((await call(server, '/', { token })).status).toBe(503)
      expect(await call(server, '/health/scheduler')).toMatchObject({
        status: 503,
        body: { status: 'unknown', error: { code: 'DATABASE_UNREACHABLE' } },
      })
      expect((await call(server, '/metrics')).text).toContain('run_due_schedules_database_up 0')
      expect((await call(server, '/healthz')).status).toBe(200)

      const statusOf = async (target: string) => (await call(server, target, { token })).status
      await gate.open()
      expect(await statusOf('/api/overview')).toBe(200)
      expect((await call(server, '/api/schedules/x/resume', { token, body: {} })).status).toBe(404)
      await gate.close()
      expect(await statusOf('/api/overview')).toBe(503)
      const askedAt = performance.now()
      const changes = Array.from({ length: 5 }, () => call(server, '/api/schedules/x/resume', { token, body: {} }))
      expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([503, 503, 503, 503, 503])
      expect(performance.now() - askedAt).toBeLessThan(20_000)
      await gate.open()
      await expect.poll(() => statusOf('/api/overview')).toBe(200)
      expect((await call(server, '/api/schedules/x/resume', { token, body: {} })).status).toBe(404)
      await gate.close()
    },
  )
})

describe('a client that goes away', () => {
  it.each(['Content-Length: 100\r\n\r\ntok', 'Transfer-Encoding: chunked\r\n\r\n3\r\ntok\r\n'])(
    'in the middle of its body is no error of the server: %j',
    async (rest) => {
      const [engine] = engines()
      const project = await aProject(engine ?? null)
      projects.push(project)
      const server = await serve(project.database?.url ?? '')
      const { hostname, port } = new URL(server.url)
      const socket = net.connect(Number(port), hostname)
      const type = 'application/x-www-form-urlencoded'
      socket.write(`POST /sign-in HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: ${type}\r\n${rest}`)
      await new Promise((resolve) => socket.once('data', resolve))
      socket.destroy()
      const told = async () => (await call(server, '/metrics')).text
      await expect.poll(told).toMatch(/_count\{method="POST",route="[^"]*",status="400"\} 1/)
      expect(server.output()).not.toContain('error')
    },
  )
})

describe('stopping the web server', () => {
  // Twice what a busy machine may need to stop; the server would wait it out.
  const GRACE_MS = 40_000

  it('ends with 0 at SIGTERM without waiting for connections that a browser keeps, or opened ahead', async () => {
    const [engine] = engines()
    const project = await aProject(engine ?? null)
    projects.push(project)
    const server = await serve(project.database?.url ?? '', { SHUTDOWN_GRACE_MS: String(GRACE_MS) })
    const { hostname, port } = new URL(server.url)
    const idle = net.connect(Number(port), hostname)
    await new Promise((resolve) => idle.once('connect', resolve))
    expect((await call(server, '/healthz')).status).toBe(200)
    const startedAt = performance.now()
    expect(await server.stop()).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(GRACE_MS / 2)
    expect(server.output()).toContain('SIGTERM: stopping')
    idle.destroy()
  })

  it('answers what is under way, and closes its connection instead of keeping it', async () => {
    const [engine] = engines()
    const project = await aProject(engine ?? null)
    projects.push(project)
    const server = await serve(project.database?.url ?? '', { SHUTDOWN_GRACE_MS: String(GRACE_MS) })
    const { hostname, port } = new URL(server.url)
    const socket = net.connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    const type = 'application/x-www-form-urlencoded'
    socket.write(`POST /sign-in HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: ${type}\r\n`)
    socket.write('Content-Length: 7\r\n\r\n')
    await expect.poll(() => answer).toContain('100 Continue')
    const ended = server.stop()
    await expect.poll(() => server.output()).toContain('SIGTERM: stopping')
    socket.write('token=x')
    expect(await ended).toBe(0)
    expect(answer).toMatch(/HTTP\/1\.1 401 .*\r\nConnection: close\r\n/s)
  })
})

describe.each(engines())('beside passes on $name', (engine) => {
  const CONFIG = `{
    jobs: [defineJob({ name: 'long', run: async ({ progress }) => { effect('began'); progress(0.5, 'half'); while (!existsSync(folder + '/go-on')) await sleep(50); effect('ended') } })],
    schedules: [{ id: 'long', cron: '@hourly', jobs: ['long'] }],
  }`
  const SHORT_LEASE = { LEASE_MS: '3000' }

  async function running(
    env: Record<string, string> = {},
  ): Promise<{ project: Project; server: WebServer; pass: ReturnType<Project['start']> }> {
    const project = await aProject(engine)
    projects.push(project)
    project.configure(CONFIG)
    expect((await project.run()).code).toBe(0)
    await project.makeDue(['long'])
    const server = await serve(project.database?.url ?? '')
    const pass = project.start([], env)
    await expect.poll(() => project.effects()).toEqual(['began'])
    return { project, server, pass }
  }
  const overview = async (server: WebServer): Promise<unknown> =>
    (await call(server, '/api/overview', { token: await tokenFor('viewer') })).body

  it('shows a pass that is killed for what it is, and goes on serving', async () => {
    const { project, server, pass } = await running(SHORT_LEASE)
    await expect.poll(() => overview(server)).toMatchObject({ open: { running: 1 }, lastPass: { status: 'RUNNING' } })
    pass.child.kill('SIGKILL')
    await pass.ended
    expect(await overview(server)).toMatchObject({ running: [{ scheduleId: 'long', status: 'RUNNING' }] })
    project.write('go-on', '')
    expect((await project.run()).code).toBe(0)
    const { body } = await call(server, '/api/runs?schedule=long', { token: await tokenFor('viewer') })
    expect(body).toMatchObject({ runs: [{ status: 'COMPLETED', attempt: 2, crashes: 1 }] })
    expect(await call(server, '/health/scheduler')).toMatchObject({ status: 200 })
    expect(server.output()).not.toMatch(/error/i)
  })

  it('is killed during a pass, which does not notice', async () => {
    const { project, server, pass } = await running()
    const token = await tokenFor('operator')
    const request = await call(server, '/api/schedules/long/requests', { token, body: {} })
    expect(request.status).toBe(201)
    void call(server, '/api/overview', { token }).catch(() => null)
    server.child.kill('SIGKILL')
    await once(server.child, 'close')
    project.write('go-on', '')
    expect(await pass.ended).toMatchObject({ code: 0, stderr: '' })
    expect(project.effects().slice(0, 2)).toEqual(['began', 'ended'])
    const rows = await project.sql(`SELECT status FROM JobRun WHERE \`trigger\` = 'CRON'`)
    expect(rows).toEqual([{ status: 'COMPLETED' }])
  })
})

describe('what the web server is made of', () => {
  it('holds nothing that could execute a job or read a config file', async () => {
    const metafile = JSON.parse(await readFile(path.join(ROOT, 'dist/metafile.json'), 'utf8')) as Metafile
    const inputs = reachableFrom(metafile, 'web.js')
    expect(inputs).toContain('src/web/app.ts')
    expect(inputs).toContain('src/commands/request.ts')
    expect(inputs.filter((input) => /^src\/(pass|jobs|program|cli|queue)\//.test(input))).toEqual([])
    expect(
      inputs.filter((input) =>
        /config\/(load-config|import-with-jiti)|node_modules\/(jiti|execa|p-limit)\//.test(input),
      ),
    ).toEqual([])
  })
})

/** A port that leads to a database, closed at first. */
async function gateTo(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<net.Socket>()
  const gate = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  const open = (port: number) => new Promise<void>((resolve) => gate.listen(port, '127.0.0.1', () => resolve()))
  const close = () =>
    new Promise<void>((resolve) => {
      gate.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  await open(0)
  const { port } = gate.address() as net.AddressInfo
  await close()
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return { url: url.href, open: () => open(port), close }
}

interface Metafile {
  outputs: Record<string, { inputs: Record<string, unknown>; imports: { path: string }[] }>
}

/** The sources in every chunk that an entry can load, at once or later. */
function reachableFrom({ outputs }: Metafile, entry: string): string[] {
  const names = Object.keys(outputs).filter((file) => path.basename(file) === entry)
  for (const name of names) {
    const next = outputs[name]?.imports.map((found) => found.path).filter((target) => target in outputs) ?? []
    names.push(...next.filter((target) => !names.includes(target)))
  }
  return names.flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}))
}
