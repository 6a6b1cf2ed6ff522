import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import { mariadbIsInstalled, startMariadb } from './mariadb.js'
import { missing } from './missing.js'
import { mysqlUrl } from './mysql.js'
import { sharedFolder } from './shared-folder.js'

export { startMariadb } from './mariadb.js'

export interface TestDatabase {
  /** DATABASE_URL. */
  url: string
  drop(): Promise<void>
}

/** A kind of database that tests run against; `String(engine)` is its name. */
export interface TestEngine {
  name: 'sqlite' | 'mariadb' | 'mysql'
  dialect: 'mysql' | 'sqlite'
  /** A fresh database, migrated unless told otherwise. Drop it in afterAll. */
  createDatabase(options?: { migrated?: boolean }): Promise<TestDatabase>
}

type EngineName = TestEngine['name']
const ALL: readonly EngineName[] = ['sqlite', 'mariadb', 'mysql']

/** The engines that this machine has, for `describe.each(engines())('on $name', …)`; TEST_ENGINES=sqlite,mariadb narrows them. */
export function engines(): TestEngine[] {
  return wantedEngines()
    .filter(isAvailable)
    .map((name) => ({
      name,
      dialect: name === 'sqlite' ? 'sqlite' : 'mysql',
      createDatabase: async ({ migrated = true } = {}) => {
        const database = name === 'sqlite' ? createSqlite() : await createOnServer(await serverUrl(name))
        if (migrated) await (await import('../../src/store/migrations.js')).migrate(database.url)
        return database
      },
    }))
}

/** The engines that this run is asked to test, on this machine or not. */
export function wantedEngines(): EngineName[] {
  const wanted = process.env['TEST_ENGINES']?.split(',').map((name) => name.trim())
  return ALL.filter((name) => wanted?.includes(name) ?? true)
}

/** Runs SQL of the test's own beside the code under test; multiple statements allowed. */
export async function connectTo(url: string): Promise<mysql.Connection> {
  return mysql.createConnection({ uri: url, multipleStatements: true, timezone: 'Z', supportBigNumbers: true })
}

function isAvailable(name: EngineName): boolean {
  if (name === 'sqlite') return true
  if (name === 'mariadb') return mariadbIsInstalled() || missing('MariaDB', 'no mariadbd found')
  return mysqlUrl() !== null
}

async function serverUrl(name: 'mariadb' | 'mysql'): Promise<string> {
  const url = name === 'mariadb' ? await sharedMariadb() : mysqlUrl()
  if (url === null) throw new Error(`this machine has no ${name}`)
  return url
}

// One server for all test files of a run: the first that needs it starts it, the others wait for its address.
async function sharedMariadb(): Promise<string> {
  const folder = sharedFolder()
  const known = path.join(folder, 'mariadb-url')
  if (firstToMake(path.join(folder, 'mariadb-lock'))) {
    const server = await startMariadb(Number(process.env['TEST_SERVERS_OWNER'] ?? process.pid))
    await writeFile(path.join(folder, 'mariadb-folder'), server.folder)
    await writeFile(known, server.url('').replace(/\/$/, ''))
  }
  for (let attempt = 0; attempt < 600; attempt++) {
    const url = await readFile(known, 'utf8').catch(() => '')
    if (url !== '') return url
    await sleep(50)
  }
  throw new Error('the MariaDB server of this test run did not start')
}

function firstToMake(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}

function createSqlite(): TestDatabase {
  const folder = mkdtempSync(path.join(sharedFolder(), 'sqlite-'))
  return { url: `file:${path.join(folder, 'test.db')}`, drop: () => rm(folder, { recursive: true, force: true }) }
}

async function createOnServer(server: string): Promise<TestDatabase> {
  const name = `rds_${randomBytes(6).toString('hex')}`
  await executeOn(server, `CREATE DATABASE \`${name}\``)
  return { url: `${server}/${name}`, drop: () => executeOn(server, `DROP DATABASE IF EXISTS \`${name}\``) }
}

async function executeOn(server: string, sql: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: server })
  try {
    await connection.query(sql)
  } finally {
    await connection.end()
  }
}
