import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open-store.js'
import { containing } from '../support/matchers.js'
import { connectTo, engines } from '../support/servers.js'

const CHECK = { configName: 'default', scheduleIds: [], jobNames: [], aheadMs: 0 }
const AUDIT = { actor: 'test', action: 'pause-all', scheduleId: null, runId: null, detail: null }

describe.each(engines().filter((engine) => engine.dialect === 'mysql'))('opening a store on $name', (engine) => {
  let url: string
  let drop: () => Promise<void>
  const user = 'rds_some_user'
  beforeAll(async () => {
    const database = await engine.createDatabase({ migrated: false })
    ;({ url, drop } = database)
    const connection = await connectTo(url)
    await connection.query(`DROP USER IF EXISTS ${user}@'%'; CREATE USER ${user}@'%' IDENTIFIED BY 's3cr%t/@:'`)
    await connection.end()
  })
  afterAll(async () => {
    const connection = await connectTo(url)
    await connection.query(`DROP USER ${user}@'%'`)
    await connection.end()
    await drop()
  })

  async function failureOf(
    change: (to: URL) => void,
  ): Promise<{ code: string; message: string; fix: string; exitCode: number }> {
    const to = new URL(url)
    change(to)
    try {
      const store = await openStore({ databaseUrl: to.href })
      await store.close()
    } catch (error) {
      return error as { code: string; message: string; fix: string; exitCode: number }
    }
    throw new Error('it opened')
  }

  it('names a wrong password and hides it', async () => {
    const failure = await failureOf((to) => {
      to.username = user
      to.password = 'not-the-password'
    })
    expect(failure).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      exitCode: 3,
      message: containing(`wrong user name or password for user '${user}'`),
    })
    expect(JSON.stringify([failure.message, failure.fix])).not.toContain('not-the-password')
  })

  it('names a missing password', async () => {
    expect((await failureOf((to) => (to.username = user))).message).toContain(`user '${user}' at 127.0.0.1`)
  })

  it('decodes user and password, and names a database that the user may not use', async () => {
    const failure = await failureOf((to) => {
      to.username = user
      to.password = encodeURIComponent('s3cr%t/@:')
    })
    expect(failure).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: containing('may not use database'),
    })
  })

  it('names a database that does not exist', async () => {
    const failure = await failureOf((to) => (to.pathname = '/rds_no_such_database'))
    expect(failure).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: containing("no database 'rds_no_such_database'"),
      fix: containing('migrate'),
    })
  })

  it('names a host that does not exist', async () => {
    expect((await failureOf((to) => (to.hostname = 'no-such-host.invalid'))).message).toContain(
      "host 'no-such-host.invalid' was not found",
    )
  })

  it('names a port at which nothing listens', async () => {
    const failure = await failureOf((to) => (to.port = '1'))
    expect(failure).toMatchObject({
      message: containing('127.0.0.1:1 (connection refused)'),
      fix: containing('Start the database'),
    })
  })

  it('says how to migrate a database that is not migrated', async () => {
    const store = await openStore({ databaseUrl: url })
    await expect(store.check(CHECK)).rejects.toMatchObject({
      code: 'DATABASE_NOT_MIGRATED',
      exitCode: 3,
      fix: containing('npx run-due-schedules migrate'),
    })
    await expect(store.readJobs()).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' })
    await store.close()
  })
})

describe('opening a store on a server that says nothing', () => {
  let server: Server
  beforeAll(async () => {
    server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server.close())

  it('gives up in time for an answer within five seconds', async () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(openStore({ databaseUrl: `mysql://root@127.0.0.1:${port}/x` })).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: containing('did not answer within 4.5 s'),
    })
  }, 10_000)
})

describe('opening a store on a file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rds-open-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('leaves everything in the file itself when it is closed: a copy of it is whole', async () => {
    const store = await openStore({ databaseUrl: `file:${folder}/original.db` })
    await store.setGlobalPause({ at: new Date(0), reason: 'copied', until: null }, AUDIT)
    await store.close()
    await copyFile(`${folder}/original.db`, `${folder}/copy.db`)
    const copy = await openStore({ databaseUrl: `file:${folder}/copy.db`, readOnly: true })
    expect(await copy.readGlobalPause()).toMatchObject({ reason: 'copied' })
    await copy.close()
  })

  it('creates it with its folder, migrated, and finds it again', async () => {
    const databaseUrl = `file:${folder}/new/folder/some.db`
    const store = await openStore({ databaseUrl })
    expect((await store.check(CHECK)).due).toBe(0)
    await store.close()
    const again = await openStore({ databaseUrl, readOnly: true })
    expect((await again.check(CHECK)).due).toBe(0)
    await again.close()
  })

  it('creates nothing when it may only read', async () => {
    const databaseUrl = `file:${folder}/missing.db`
    await expect(openStore({ databaseUrl, readOnly: true })).rejects.toMatchObject({
      code: 'DATABASE_NOT_MIGRATED',
      message: containing('missing.db'),
    })
    await writeFile(`${folder}/empty.db`, '')
    await expect(openStore({ databaseUrl: `file:${folder}/empty.db`, readOnly: true })).rejects.toMatchObject({
      code: 'DATABASE_NOT_MIGRATED',
    })
  })

  it('refuses a file that is no database, and a folder', async () => {
    await writeFile(`${folder}/text.db`, 'this is not a database, however long it may be. '.repeat(100))
    await expect(openStore({ databaseUrl: `file:${folder}/text.db` })).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: containing('text.db'),
    })
    await expect(openStore({ databaseUrl: `file:${folder}` })).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  })

  it('opens from many sides at once', async () => {
    const databaseUrl = `file:${folder}/crowd.db`
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ databaseUrl })))
    expect(await Promise.all(stores.map(async (store) => (await store.check(CHECK)).due))).toEqual(
      Array.from({ length: 8 }, () => 0),
    )
    await Promise.all(stores.map((store) => store.close()))
  })
})
