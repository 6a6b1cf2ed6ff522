import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import Libsql from 'libsql'
import { migrate, pendingMigrations } from '../../src/store/migrations.js'
import { containing, matching } from '../support/matchers.js'
import { connectTo, engines, startMariadb } from '../support/servers.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const INIT = '20261123000000_init'
const ALL = [INIT, '20261123190000_durations_by_index']

describe.each(engines())('migrate on $name', (engine) => {
  let url: string
  let drop: () => Promise<void>
  beforeEach(async () => {
    ;({ url, drop } = await engine.createDatabase({ migrated: false }))
  })
  afterEach(() => drop())

  async function sql(text: string): Promise<Record<string, unknown>[]> {
    if (engine.dialect === 'sqlite') {
      const database = new Libsql(url.slice('file:'.length))
      const statement = database.prepare(text)
      const rows = /^select/i.test(text) ? (statement.all() as Record<string, unknown>[]) : (statement.run(), [])
      database.close()
      return rows
    }
    const connection = await connectTo(url)
    const [rows] = await connection.query(text)
    await connection.end()
    return rows as Record<string, unknown>[]
  }

  it('applies every migration once', async () => {
    expect(await pendingMigrations(url)).toEqual(ALL)
    expect(await migrate(url)).toEqual(ALL)
    expect(await pendingMigrations(url)).toEqual([])
    expect(await migrate(url)).toEqual([])
  })

  it('applies each once when four start at the same time', async () => {
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)])
    expect(applied.flat()).toEqual(ALL)
  })

  it('records it as Prisma does', async () => {
    await migrate(url)
    const file = path.join(
      ROOT,
      'prisma',
      engine.dialect === 'sqlite' ? 'sqlite/migrations' : 'migrations',
      INIT,
      'migration.sql',
    )
    const checksum = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    const [row] = await sql(`SELECT * FROM _prisma_migrations WHERE migration_name = '${INIT}'`)
    expect(row).toMatchObject({
      id: matching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      checksum,
      migration_name: INIT,
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
    })
    const instants = [row?.['started_at'], row?.['finished_at']].map((value) =>
      new Date(value as string | number | Date).getTime(),
    )
    for (const instant of instants) expect(Math.abs(instant - Date.now())).toBeLessThan(60_000)
  })

  it('goes on after Prisma, whose table it finds', async () => {
    await migrate(url)
    await sql("UPDATE _prisma_migrations SET applied_steps_count = 1, logs = ''")
    await sql(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('x', 'y', '20200101000000_of_the_app', '2020-01-01 00:00:00', 1)",
    )
    expect(await migrate(url)).toEqual([])
    expect(await pendingMigrations(url)).toEqual([])
  })

  it('applies again what was rolled back', async () => {
    await migrate(url)
    for (const table of ['Job', 'JobSchedule', 'JobRun', 'RunnerPass', 'AuditEvent', 'RunnerSetting'])
      await sql(`DROP TABLE ${table}`)
    await sql("UPDATE _prisma_migrations SET rolled_back_at = '2020-01-01 00:00:00'")
    expect(await migrate(url)).toEqual(ALL)
  })

  it('refuses to go on after one that failed half-way', async () => {
    await migrate(url)
    await sql("UPDATE _prisma_migrations SET finished_at = NULL, logs = 'the disk was full'")
    const failure = {
      code: 'DATABASE_FAILED',
      message: containing('the disk was full'),
      fix: containing(`--rolled-back ${INIT}`),
    }
    await expect(migrate(url)).rejects.toMatchObject(failure)
    await expect(pendingMigrations(url)).rejects.toMatchObject(failure)
  })

  it('refuses a file that was edited after it was applied', async () => {
    await migrate(url)
    await sql("UPDATE _prisma_migrations SET checksum = 'of another file'")
    await expect(migrate(url)).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: containing(`${INIT} was edited`),
    })
  })

  it('says which statement failed, and remembers it where it could not be undone', async () => {
    await sql('CREATE TABLE JobRun (id INTEGER PRIMARY KEY)')
    await expect(migrate(url)).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: matching(/JobRun.*already exists[\s\S]*CREATE TABLE/),
    })
    if (engine.dialect === 'sqlite') {
      expect(await sql("SELECT name FROM sqlite_master WHERE name = 'JobSchedule'")).toEqual([])
    } else {
      await expect(migrate(url)).rejects.toMatchObject({ message: containing('failed half-way earlier') })
    }
  })
})

describe.each(engines().filter((engine) => engine.dialect === 'mysql'))('migrate on a $name server', (engine) => {
  it.each(['_new', '.with%20a%20dot'])(
    'creates a database that does not exist, of a name such as …%s',
    async (more) => {
      const { url, drop } = await engine.createDatabase({ migrated: false })
      const connection = await connectTo(url)
      const to = new URL(url)
      to.pathname += more
      expect(await pendingMigrations(to.href)).toEqual(ALL)
      expect(await migrate(to.href)).toEqual(ALL)
      await connection.query(`DROP DATABASE \`${decodeURIComponent(to.pathname.slice(1))}\``)
      await connection.end()
      await drop()
    },
  )
})

// Prisma's lock holds for a whole server, so this needs one that no other test uses.
describe.runIf(engines().some((engine) => engine.name === 'mariadb'))('migrate on a private server', () => {
  it('waits for another migration, ten seconds at most', async () => {
    const server = await startMariadb()
    const url = await server.createDatabase('app')
    const connection = await connectTo(url)
    await connection.query("SELECT GET_LOCK('prisma_migrate', 1)")
    await expect(migrate(url)).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: containing('under way'),
    })
    await connection.end()
    expect(await migrate(url)).toEqual(ALL)
    await server.stop()
  })
})
