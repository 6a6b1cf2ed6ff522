import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import { migrate, pendingMigrations } from '../../src/store/migrations.js'
import { openStore } from '../../src/store/open-store.js'
import type { Store } from '../../src/store/store.js'
import { startMariadb, type MariadbServer } from '../support/mariadb.js'
import { engines } from '../support/servers.js'
import { createSchedule, FIGURES, LEASE_MS, PASS, slotAt, startRuns } from './fixtures.js'

const TEXT = `😀 it's a \\ back\\\\slash, "quoted" || not; ß 漢`

const COMMON = ['--autocommit=0', '--default-time-zone=+05:30', '--transaction-isolation=SERIALIZABLE']
const SERVERS = [
  {
    name: 'with the SQL of others',
    options: ['--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT', '--lower-case-table-names=1'],
  },
  {
    name: 'of an old character set',
    options: ['--sql-mode=', '--character-set-server=utf8mb3', '--skip-character-set-client-handshake'],
  },
]

describe.runIf(engines().some((engine) => engine.name === 'mariadb')).each(SERVERS)('a server $name', ({ options }) => {
  let server: MariadbServer
  let url: string
  const stores: Store[] = []
  beforeAll(async () => {
    server = await startMariadb(process.pid, {}, [...COMMON, ...options])
    url = await server.createDatabase('app')
    await migrate(url)
  })
  afterAll(async () => {
    for (const store of stores) await store.close()
    await server.stop()
  })

  async function open(): Promise<Store> {
    const store = await openStore({ databaseUrl: url })
    stores.push(store)
    return store
  }

  it('keeps what was migrated', async () => {
    expect(await pendingMigrations(url)).toEqual([])
    expect(await migrate(url)).toEqual([])
  })

  it('keeps what each connection writes, for all others to see', async () => {
    const [one, other, queries] = [await open(), await open(), await openQueries(url)]
    expect((await queries.listPasses()).passes).toEqual([])
    const idle = await one.recordIdlePass(PASS)
    expect(await other.readLastPass()).toEqual({ startedAt: idle?.startedAt, status: 'IDLE' })
    const pass = await one.openPass(PASS, LEASE_MS)
    expect(await other.renewLease(pass.id, LEASE_MS)).toMatchObject({ alive: true })
    expect(await one.closePass(pass.id, 'FINISHED', FIGURES)).toBe(true)
    expect((await queries.listPasses()).passes.map(({ status }) => status)).toEqual(['FINISHED', 'IDLE'])
    await queries.close()
  })

  it('gives back the text and the instants that were written, to either side', async () => {
    const [store, queries] = [await open(), await openQueries(url)]
    const set = { description: TEXT, params: { text: TEXT }, endsAt: new Date('9999-12-31T23:59:59.999Z') }
    const id = await createSchedule(store, set)
    const expected = { ...set, nextRunAt: slotAt(0) }
    expect((await store.readSchedules([id]))[0]).toMatchObject(expected)
    expect(await queries.getSchedule(id)).toMatchObject(expected)
    await queries.close()
  })

  it('lets a pass take and start runs', async () => {
    const { runIds } = await startRuns(await open(), ['a', 'b'])
    expect((await (await open()).readRuns(runIds)).map((run) => run.status)).toEqual(['RUNNING', 'RUNNING'])
  })
})
