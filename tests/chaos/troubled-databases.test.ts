import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../src/store/migrations.js'
import { mariadbIsInstalled, startMariadb, type MariadbServer } from '../support/mariadb.js'
import { connectTo, engines } from '../support/servers.js'
import { aProject, Project } from '../scenarios/project.js'

const WORK = `{
  jobs: [defineJob({ name: 'work', onCrash: 'skip', run: async ({ runId, scheduleId }) => { effect(runId); if (scheduleId === 'long') await sleep(1500); return 'x'.repeat(20_000) } })],
  schedules: ['long', ...Array.from({ length: 30 }, (_, n) => 's' + n)].map((id) => ({ id, cron: '0 3 1 1 *', jobs: ['work'] })),
}`
const IDS = Array.from({ length: 30 }, (_, n) => `s${n}`)

async function expectEffectsRecorded(project: Project): Promise<void> {
  const ids = new Set((await project.sql('SELECT id FROM JobRun')).map((run) => String(run['id'])))
  const effects = project.effects()
  expect(effects.filter((id) => !ids.has(id))).toEqual([])
  expect(new Set(effects).size).toBe(effects.length)
}

const [sqlite] = engines().filter((engine) => engine.name === 'sqlite')

describe.skipIf(sqlite === undefined)('a SQLite database', () => {
  let project: Project
  let file: string
  beforeEach(async () => {
    project = await aProject(sqlite ?? null)
    file = project.database?.url.slice('file:'.length) ?? ''
    project.configure(WORK)
    await project.run()
  })
  afterEach(() => project.remove())

  it('on a full disk: nothing runs unrecorded, the pass says so, and goes on when there is room', async () => {
    await project.makeDue(IDS)
    // In blocks of 1 KiB, so that the write-ahead log cannot grow by much.
    const blocks = Math.ceil(statSync(file).size / 1024) + 24
    const code = await limited(project, blocks)
    expect(code).toBe(3)
    await expectEffectsRecorded(project)
    const { document } = await project.json([], { LEASE_MS: '10000' })
    expect(document.error).toBeNull()
    await expectEffectsRecorded(project)
    expect(await project.sql("SELECT id FROM JobRun WHERE status IN ('PENDING', 'RUNNING')")).toEqual([])
  })

  it('copied while passes were frozen at random moments, as after a power cut: whole, and every effect has its row', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rds-power-cut-'))
    try {
      for (let cut = 0; cut < 4; cut++) {
        await project.makeDue(IDS, 100 - cut)
        const { child, ended } = project.start([])
        await sleep(150 + Math.random() * 400)
        child.kill('SIGSTOP')
        await sleep(20)
        const effects = project.effects()
        const copy = path.join(folder, `copy-${cut}.db`)
        for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
        child.kill('SIGCONT')
        await ended
        const database = new Database(copy)
        expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
        const ids = new Set((database.prepare('SELECT id FROM JobRun').all() as { id: string }[]).map((row) => row.id))
        database.close()
        expect(effects.filter((id) => !ids.has(id))).toEqual([])
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('locked while heartbeats beat in vain: passes told to end at once exit by their code, not of an abort', async () => {
    const LEASE_MS = 12_000
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: async () => { effect('here'); await sleep(600_000) } })],
      schedules: ${JSON.stringify(ids)}.map((id) => ({ id, cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately' })),
    }`)
    const passes = ids.map((id) => project.start(['--schedule', id], { LEASE_MS: String(LEASE_MS) }))
    await expect.poll(() => project.effects()).toHaveLength(6)
    const writer = new Database(file, { timeout: 5000 })
    writer.exec('BEGIN IMMEDIATE')
    await sleep(LEASE_MS / 3 + 300)
    for (let times = 0; times < 3; times++) {
      for (const { child } of passes) child.kill('SIGTERM')
      await sleep(100)
    }
    const endings = await Promise.all(passes.map((pass) => pass.ended))
    writer.exec('COMMIT')
    writer.close()
    expect(endings.map(({ code, signal }) => ({ code, signal }))).toEqual(Array(6).fill({ code: 143, signal: null }))
  })

  it('bears eight passes, a foreign reader and a foreign writer at once', async () => {
    await project.makeDue(IDS)
    const reader = new Database(file)
    reader.exec('BEGIN')
    reader.prepare('SELECT COUNT(*) FROM JobRun').get()
    const writer = new Database(file, { timeout: 2000 })
    const passes = Promise.all(Array.from({ length: 8 }, () => project.json()))
    for (let times = 0; times < 5; times++) {
      writer.exec('BEGIN IMMEDIATE')
      await sleep(150)
      writer.exec('COMMIT')
      await sleep(50)
    }
    expect((await passes).map((pass) => [pass.code, pass.document.error])).toEqual(Array(8).fill([0, null]))
    reader.close()
    writer.close()
    expect(new Set(project.effects()).size).toBe(30)
    expect(await project.sql('SELECT status, COUNT(*) AS n FROM JobRun GROUP BY status')).toEqual([
      { status: 'COMPLETED', n: 30 },
    ])
  })
})

describe.skipIf(!mariadbIsInstalled())('a MariaDB server', () => {
  let server: MariadbServer
  let project: Project
  let n = 0
  beforeAll(async () => {
    server = await startMariadb()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    const root = await server.createDatabase(`trouble${(n += 1)}`)
    await migrate(root)
    const admin = await connectTo(root)
    await admin.query(`CREATE OR REPLACE USER app${n}@'%' IDENTIFIED BY ''; GRANT ALL ON trouble${n}.* TO app${n}@'%'`)
    await admin.end()
    project = new Project({ url: root.replace('root@', `app${n}@`), drop: async () => undefined })
    project.configure(WORK)
    await project.run()
    await project.makeDue(IDS)
  })
  afterEach(() => project.remove())

  async function asRoot(sql: string): Promise<void> {
    const root = await connectTo(server.url('mysql'))
    await root.query(sql)
    await root.end()
  }

  it.each([
    ['is read-only', 'SET GLOBAL read_only = 1', 'SET GLOBAL read_only = 0', /read.only/i],
    [
      'has revoked the right to write',
      'REVOKE ALL ON trouble?.* FROM app?@"%"; GRANT SELECT ON trouble?.* TO app?@"%"',
      'GRANT ALL ON trouble?.* TO app?@"%"',
      /may not do this.*denied[\s\S]*GRANT SELECT, INSERT/,
    ],
    ['locks the user out', 'ALTER USER app?@"%" ACCOUNT LOCK', 'ALTER USER app?@"%" ACCOUNT UNLOCK', /lock/],
  ])('that %s: exit 3, nothing was started, and the next pass runs it', async (_what, trouble, cure, message) => {
    await asRoot(trouble.replaceAll('?', String(n)))
    try {
      const { code, stderr } = await project.run()
      expect([code, project.effects()]).toEqual([3, []])
      expect(stderr).toMatch(message)
    } finally {
      await asRoot(cure.replaceAll('?', String(n)))
    }
    expect((await project.run()).code).toBe(0)
    expect(project.effects()).toHaveLength(30)
  })

  it('without a connection left: exit 3 with the reason, nothing was started', async () => {
    await asRoot('SET GLOBAL max_connections = 10')
    const hogs = await Promise.all(
      Array.from({ length: 10 }, () => connectTo(project.database?.url ?? '').catch(() => null)),
    )
    try {
      const { code, stderr } = await project.run()
      expect([code, project.effects()]).toEqual([3, []])
      expect(stderr).toMatch(/no connection left/)
    } finally {
      for (const hog of hogs) await hog?.end()
      await asRoot('SET GLOBAL max_connections = 400')
    }
  })

  it('killed and restarted in the middle of a pass: nothing is lost, nothing runs twice', async () => {
    await project.makeDue(['long'])
    const { ended } = project.start(['--concurrency', '2'])
    await expect.poll(() => project.effects().length, { interval: 10 }).toBeGreaterThan(3)
    await server.kill()
    await server.restart()
    expect((await ended).tookMs).toBeLessThan(30_000)
    await project.run([], { LEASE_MS: '10000' })
    await expectEffectsRecorded(project)
    expect(await project.sql("SELECT id FROM JobRun WHERE status IN ('PENDING', 'RUNNING')")).toEqual([])
    expect(await project.sql('SELECT COUNT(*) AS n FROM JobRun')).toEqual([{ n: 31 }])
  })
})

/** A pass that may not write files beyond so many blocks. */
async function limited(project: Project, blocks: number): Promise<number | null> {
  const program = path.join(project.installation, 'bin/run-due-schedules.js')
  const child = spawn('sh', ['-c', `ulimit -f ${blocks * 2}; exec "$0" "$1" --quiet`, process.execPath, program], {
    cwd: project.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATABASE_URL: project.database?.url,
      LEASE_MS: '1000',
    },
    stdio: 'ignore',
  })
  return new Promise((resolve) => child.once('close', (code) => resolve(code)))
}
