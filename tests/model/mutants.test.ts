import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, openFixture } from '../store/fixtures.js'
import { engines } from '../support/servers.js'
import { buildMutant, MUTANTS_FOLDER, type Mutation } from './build-mutant.js'
import { PROBES } from './probes.js'

const S = 'statements/'
/** The statements are the same text on both engines: one is enough, unless MODEL=long. */
const EVERYWHERE = process.env['MODEL'] === 'long'
/** Each takes one guard out of the store's source. */
const MUTATIONS: (Mutation & { only?: 'mysql' | 'sqlite' })[] = [
  { file: `${S}now.ts`, find: `AND status = 'RUNNING' AND leaseUntil >`, replace: 'AND leaseUntil >' },
  { file: `${S}now.ts`, find: `AND leaseUntil > \${dialect.now}`, replace: '' },
  {
    file: `${S}passes.ts`,
    find: `const expired = \`status = 'RUNNING' AND (leaseUntil IS NULL`,
    replace: 'const expired = `(leaseUntil IS NULL',
  },
  { file: `${S}passes.ts`, find: ` OR leaseUntil <= \${now})\``, replace: ' OR 1 = 1)`' },
  {
    file: `${S}passes.ts`,
    find: `WHERE id = ? AND status = 'RUNNING' AND leaseUntil > \${now}\`,\n      [leaseMs, passId]`,
    replace: 'WHERE id = ? AND leaseUntil > ${now}`,\n      [leaseMs, passId]',
  },
  {
    file: `${S}passes.ts`,
    find: `WHERE id = ? AND status = 'RUNNING' AND leaseUntil > \${now}\`,\n      [leaseMs, passId]`,
    replace: `WHERE id = ? AND status = 'RUNNING'\`,\n      [leaseMs, passId]`,
  },
  {
    file: `${S}passes.ts`,
    find: `exitCode = ? WHERE id = ? AND status = 'RUNNING' AND`,
    replace: 'exitCode = ? WHERE id = ? AND',
  },
  {
    file: `${S}passes.ts`,
    find: `exitCode = ? WHERE id = ? AND status = 'RUNNING' AND leaseUntil > \${now}`,
    replace: `exitCode = ? WHERE id = ? AND status = 'RUNNING'`,
  },
  { file: `${S}record.ts`, find: 'run.passId === passId && run.status === status', replace: 'run.status === status' },
  { file: `${S}record.ts`, find: 'run.passId === passId && run.status === status', replace: 'run.passId === passId' },
  {
    file: `${S}record.ts`,
    find: `mine(each.runId, 'RUNNING')?.attempt === each.attempt`,
    replace: `mine(each.runId, 'RUNNING') !== null`,
  },
  {
    file: `${S}record.ts`,
    find: `mine(each.runId, 'PENDING')?.cancelRequested === false`,
    replace: `mine(each.runId, 'PENDING') !== null`,
  },
  { file: `${S}take.ts`, find: 'await changeSchedules(statements, changes, now)', replace: '' },
  { file: `${S}take.ts`, find: `AND status = 'PENDING' AND availableAt IS NOT NULL\``, replace: '`' },
  { file: `${S}take.ts`, find: `if (existing === 'unknown') return plans`, replace: 'return plans' },
  { file: `${S}orphans.ts`, find: 'stands(v, keyOf(v.found)) && ', replace: '' },
  { file: `${S}orphans.ts`, find: ' && !alive.has(v.found.passId)', replace: '' },
  {
    file: `${S}release-runs.ts`,
    find: 'availableAt IS NULL AND passId = ?',
    replace: 'availableAt IS NULL AND ? > 0',
  },
  { file: `${S}release-runs.ts`, find: '${these} AND cancelRequestedAt IS NULL', replace: '${these}' },
  {
    file: `${S}record.ts`,
    find: `if (finish.status !== 'PENDING' || run?.cancelRequested !== true) return finish`,
    replace: 'if (run !== null) return finish',
  },
  {
    file: `${S}orphans.ts`,
    find: `if (verdict.status !== 'PENDING' || found === undefined || found.cancelReason === null) return verdict`,
    replace: 'if (found !== null) return verdict',
  },
  {
    file: `${S}record.ts`,
    find: '...(await readSettlements(statements, batch.slots))',
    replace: '',
  },
  { file: `${S}orphans.ts`, find: 'readSettlements(statements, slotsOf(ended))', replace: 'Promise.resolve([])' },
  { file: `${S}release-runs.ts`, find: `AND status = 'PENDING' AND availableAt IS NULL`, replace: '' },
  { file: `${S}cancel-run.ts`, find: `AND status = 'PENDING' AND availableAt IS NOT NULL\``, replace: '`' },
  { file: 'mysql/mysql-database.ts', find: `send('ROLLBACK')`, replace: `send('COMMIT')`, only: 'mysql' },
  {
    file: 'sqlite/sqlite-database.ts',
    find: `connection.exec('ROLLBACK')`,
    replace: `connection.exec('COMMIT')`,
    only: 'sqlite',
  },
]

describe.each(engines().filter(({ name }) => name !== 'mysql'))('without a guard the store on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(async () => {
    await fixture.close()
    rmSync(MUTANTS_FOLDER, { recursive: true, force: true })
  })

  async function failing(mutation: Mutation | null): Promise<string[]> {
    const store = await (await buildMutant(mutation))({ databaseUrl: fixture.url })
    const failed: string[] = []
    for (const [name, probe] of Object.entries(PROBES)) {
      try {
        await probe({ ...fixture, store })
      } catch {
        failed.push(name)
        if (mutation !== null) break
      }
    }
    await store.close().catch(() => undefined)
    return failed
  }

  it('keeps all that is promised as long as none is taken away', async () => {
    expect(await failing(null)).toEqual([])
  })

  it.each(
    MUTATIONS.filter(
      ({ only }) => only === engine.dialect || (only === undefined && (EVERYWHERE || engine.name === 'sqlite')),
    ),
  )('breaks a promise: $file without "$find"', async (mutation) => {
    expect(await failing(mutation)).not.toEqual([])
  })
})

describe.each(engines().filter(({ name }) => name === 'mariadb'))('without its locks the store on $name', (engine) => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture(engine)
  })
  afterAll(() => fixture.close())

  it('does not wait for whoever changes its pass or its schedule', async () => {
    const withLocks = await waits(null)
    const without = await waits({ file: 'mysql/dialect.ts', find: `' FOR UPDATE'`, replace: `''` })
    expect([withLocks, without]).toEqual([
      { pass: true, schedule: true },
      { pass: false, schedule: false },
    ])
  })

  async function waits(mutation: Mutation | null): Promise<{ pass: boolean; schedule: boolean }> {
    const { createSchedule, LEASE_MS, NOTHING, PASS } = await import('../store/fixtures.js')
    const { connectTo } = await import('../support/servers.js')
    const store = await (await buildMutant(mutation))({ databaseUrl: fixture.url })
    const scheduleId = await createSchedule(store)
    const pass = await store.openPass(PASS, LEASE_MS)
    const other = await connectTo(fixture.url)
    const heldUp = async (table: string, id: string | number): Promise<boolean> => {
      await other.query(`START TRANSACTION; SELECT id FROM ${table} WHERE id = ? FOR UPDATE`, [id])
      let over = false
      const taking = store.take(pass.id, [scheduleId], () => NOTHING).then(() => (over = true))
      await new Promise((resolve) => setTimeout(resolve, 400))
      const waited = !over
      await other.query('ROLLBACK')
      await taking
      return waited
    }
    const result = { pass: await heldUp('RunnerPass', pass.id), schedule: await heldUp('JobSchedule', scheduleId) }
    await other.end()
    await store.close()
    return result
  }
})
