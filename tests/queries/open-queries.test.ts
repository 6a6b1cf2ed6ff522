import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import { engines, type TestDatabase } from '../support/servers.js'

describe.each(engines())('opening for reading on $name', (engine) => {
  let bare: TestDatabase

  beforeAll(async () => {
    bare = await engine.createDatabase({ migrated: false })
  })

  afterAll(() => bare.drop())

  it('says that tables are missing and what to run, whatever is asked first', async () => {
    if (engine.name === 'sqlite') (await import('node:fs')).writeFileSync(bare.url.slice('file:'.length), '')
    const queries = await openQueries(bare.url)
    const missing = {
      code: 'DATABASE_NOT_MIGRATED',
      exitCode: 3,
      fix: expect.stringContaining('npx run-due-schedules') as unknown,
    }
    await expect(queries.listSchedules()).rejects.toMatchObject(missing)
    await expect(queries.listRuns()).rejects.toMatchObject(missing)
    await expect(queries.overview()).rejects.toMatchObject(missing)
    await queries.close()
  })

  it('ends when closed, also twice', async () => {
    const queries = await openQueries(bare.url)
    expect(await queries.now()).toBeInstanceOf(Date)
    await queries.close()
    await expect(queries.close()).resolves.toBeUndefined()
  })

  it('refuses to open again by a late query, which would keep the process alive', async () => {
    const queries = await openQueries(bare.url)
    await queries.close()
    await expect(queries.now()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  })
})

describe.each(engines().filter(({ dialect }) => dialect === 'mysql'))('a wrong address on $name', (engine) => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await engine.createDatabase({ migrated: false })
  })

  afterAll(() => database.drop())

  const change = (edit: (url: URL) => void) => {
    const url = new URL(database.url)
    edit(url)
    return url.href
  }

  it('is named by what is wrong with it, without the password', async () => {
    const wrong = openQueries(
      change((url) => {
        url.username = 'nobody'
        url.password = 'hunter2'
      }),
    )
    await expect(wrong).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringMatching(/wrong user name or password for user 'nobody'/) as unknown,
    })
    await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as unknown })
  })

  it('is told from a database that is not there', async () => {
    const wrong = openQueries(change((url) => (url.pathname = '/rds_nowhere')))
    await expect(wrong).rejects.toMatchObject({
      message: expect.stringContaining("no database 'rds_nowhere'") as unknown,
    })
  })

  it('is told from a server that is not there', async () => {
    const wrong = openQueries(change((url) => (url.port = '1')))
    await expect(wrong).rejects.toMatchObject({ message: expect.stringContaining('connection refused') as unknown })
  })
})

describe('an SQLite file that is missing', () => {
  it('is not created by reading', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'queries-'))
    const file = path.join(folder, 'none.db')
    await expect(openQueries(`file:${file}`)).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' })
    expect(existsSync(file)).toBe(false)
    await rm(folder, { recursive: true })
  })
})
