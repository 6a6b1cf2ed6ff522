import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runPass } from '../../src/program/run-pass.js'
import type { PassReport } from '../../src/pass/report.js'
import { startMysqlProxy, type Mischief, type MysqlProxy } from '../support/mysql-proxy.js'
import { serverEngines } from '../support/server-engines.js'
import { engines } from '../support/servers.js'
import { aProject, type Project } from '../scenarios/project.js'

const JOBS = `{
  jobs: ['least', 'most'].map((name) => defineJob({ name, onCrash: name === 'most' ? 'skip' : 'retry', run: ({ jobName, runId }) => { effect(jobName + ' ' + runId) } })),
  schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['least', 'most'] }],
}`
const IS_FULL = process.env['CHAOS_FULL'] !== undefined
const TRANSIENT = [
  { errno: 1213, sqlState: '40001', message: 'Deadlock found when trying to get lock' },
  { errno: 1205, sqlState: 'HY000', message: 'Lock wait timeout exceeded' },
  { errno: 1020, sqlState: 'HY000', message: 'Record has changed since last read' },
]

describe.each(serverEngines())('a pass over a troubled wire to $name', (engine) => {
  let project: Project
  let proxy: MysqlProxy
  let statements: string[]

  beforeAll(async () => {
    project = await aProject(engine)
    project.configure(JOBS)
    proxy = await startMysqlProxy(project.database?.url ?? '')
    await makePass()
    await project.makeDue(['s'], 86_400)
    const from = proxy.statements.length
    expect((await makePass()).exitCode).toBe(0)
    statements = proxy.statements.slice(from)
  })
  afterAll(async () => {
    await proxy.close()
    await project.remove()
  })

  function makePass(variables: Record<string, string> = {}): Promise<PassReport> {
    return runPass({ cwd: project.folder, variables: { DATABASE_URL: proxy.url, ...variables } })
  }

  let due = 86_399
  /** The next slot's pass, with trouble as `prepare` says; its runs and what they did. */
  async function passWith(prepare: () => void): Promise<{ exitCode: number; statuses: unknown[]; effects: number[] }> {
    await project.makeDue(['s'], (due -= 10))
    const [before] = await project.sql("SELECT COALESCE(MAX(id), '') AS id FROM JobRun")
    prepare()
    const { exitCode } = await makePass().catch((error: unknown) => error as PassReport)
    const runs = await project.sql('SELECT id, jobName, status FROM JobRun WHERE id > ? ORDER BY jobName', [
      String(before?.['id']),
    ])
    const effects = project.effects()
    return {
      exitCode,
      statuses: runs.map((run) => `${String(run['jobName'])} ${String(run['status'])}`),
      effects: runs.map((run) => effects.filter((line) => line.endsWith(String(run['id']))).length),
    }
  }
  const GOOD = { exitCode: 0, statuses: ['least COMPLETED', 'most COMPLETED'], effects: [1, 1] }

  it.each<Mischief['kind'] & ('lose-answer' | 'cut')>(IS_FULL ? ['lose-answer', 'cut'] : ['lose-answer'])(
    'runs each job once whichever statement loses its connection (%s)',
    async (kind) => {
      expect(statements.length).toBeGreaterThan(10)
      const outcomes: unknown[] = []
      for (let n = 1; n <= statements.length; n++)
        outcomes.push({ n, sql: statements[n - 1]?.slice(0, 60), ...(await passWith(() => proxy.nth(n, { kind }))) })
      expect(outcomes).toEqual(outcomes.map((each) => ({ ...(each as object), ...GOOD })))
    },
  )

  it.each(IS_FULL ? TRANSIENT : TRANSIENT.slice(0, 1))('does not let $errno on any statement show', async (error) => {
    const outcomes: unknown[] = []
    for (let n = 1; n <= statements.length; n++) {
      outcomes.push({
        n,
        sql: statements[n - 1]?.slice(0, 60),
        ...(await passWith(() => proxy.nth(n, { kind: 'fail', ...error }))),
      })
    }
    expect(outcomes).toEqual(outcomes.map((each) => ({ ...(each as object), ...GOOD })))
  })

  it('bears nineteen deadlocks in a row and reports the twentieth as a failure of the database', async () => {
    const error = { kind: 'fail' as const, errno: 1213, sqlState: '40001', message: 'Deadlock found' }
    expect(await passWith(() => proxy.when('INSERT INTO JobRun', error, 19))).toEqual(GOOD)
    expect(await passWith(() => proxy.when('INSERT INTO JobRun', error, 20))).toEqual({
      exitCode: 3,
      statuses: [],
      effects: [],
    })
    const recovered = await makePass()
    expect([recovered.exitCode, recovered.counts.completed]).toEqual([0, 2])
  })
})

describe.each(engines().filter((engine) => engine.name === 'mariadb'))(
  'behind a wire to $name that goes silent',
  (engine) => {
    let project: Project
    let proxy: MysqlProxy
    beforeEach(async () => {
      project = await aProject(engine)
      proxy = await startMysqlProxy(project.database?.url ?? '')
    })
    afterEach(async () => {
      await proxy.close()
      await project.remove()
    })

    const LEASE_MS = 4000
    const OF_A_BUSY_MACHINE_MS = 3000
    it('a job is told to stop before the lease ends, and the pass exits within 30 s', async () => {
      project.configure(`{
      jobs: [defineJob({ name: 'long', run: async ({ signal, attempt }) => { if (attempt > 1) return; effect('begun'); await sleep(120_000, undefined, { signal }).catch(() => effect('told')) } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['long'] }],
    }`)
      await project.run()
      await project.makeDue(['s'])
      const { ended } = project.start([], { DATABASE_URL: proxy.url, LEASE_MS: String(LEASE_MS) })
      await expect.poll(() => project.effects()).toEqual(['begun'])
      proxy.blackhole(true)
      const silentAt = performance.now()
      await expect.poll(() => project.effects(), { timeout: LEASE_MS, interval: 20 }).toEqual(['begun', 'told'])
      const { code } = await ended
      expect(code).toBe(3)
      expect(performance.now() - silentAt).toBeLessThan(30_000)
      const next = await project.json()
      expect(next.document.counts).toMatchObject({ abandoned: 1, completed: 1 })
    })

    it('the pass has exited by the end of --max-duration, whenever the silence began', async () => {
      project.configure(`{
        jobs: [defineJob({ name: 'long', run: async ({ signal }) => { effect('begun'); await sleep(120_000, undefined, { signal }) } })],
        schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['long'] }],
      }`)
      await project.run()
      await project.makeDue(['s'])
      const short = { DATABASE_URL: proxy.url, SHUTDOWN_GRACE_MS: '500' }
      const during = project.start(['--max-duration', '8s', '--json'], short)
      await expect.poll(() => project.effects()).toEqual(['begun'])
      proxy.blackhole(true)
      const atTheStart = project.start(['--max-duration', '3s', '--json'], short)
      const [late, early] = await Promise.all([during.ended, atTheStart.ended])
      expect([late.code, early.code]).toEqual([3, 3])
      expect(late.tookMs).toBeLessThan(8000 + OF_A_BUSY_MACHINE_MS)
      expect(early.tookMs).toBeLessThan(3000 + OF_A_BUSY_MACHINE_MS)
      for (const { stdout } of [late, early])
        expect(JSON.parse(stdout)).toMatchObject({ exitCode: 3, error: { code: 'DATABASE_FAILED' } })
    })
  },
)
