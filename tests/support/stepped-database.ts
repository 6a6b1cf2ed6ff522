import { createFakeClock } from './fake-clock.js'
import { startMariadb } from './mariadb.js'
import { startMysqlProxy } from './mysql-proxy.js'
import type { TestDatabase, TestEngine } from './servers.js'

/** A database whose clock can be set while passes run. */
export interface SteppedDatabase extends TestDatabase {
  /** Environment of passes that go by its clock. */
  env: Record<string, string>
  /** From now on its clock is that many seconds off. */
  set(seconds: number): void
}

/**
 * MariaDB is a server of its own whose process has another clock. The clock of SQLite is that of the host, so all passes
 * get the same wrong one. MySQL is reached through a proxy that shifts what statements read of the clock.
 */
export async function createSteppedDatabase(engine: TestEngine): Promise<SteppedDatabase> {
  if (engine.name === 'mariadb') return steppedMariadb()
  const database = await engine.createDatabase()
  if (engine.name === 'mysql') {
    const proxy = await startMysqlProxy(database.url)
    const drop = async (): Promise<void> => {
      await proxy.close()
      await database.drop()
    }
    return { ...database, env: { DATABASE_URL: proxy.url }, set: proxy.shiftClock, drop }
  }
  const clock = createFakeClock()
  const drop = async (): Promise<void> => {
    clock.remove()
    await database.drop()
  }
  return { ...database, env: clock.env, set: clock.set, drop }
}

async function steppedMariadb(): Promise<SteppedDatabase> {
  const clock = createFakeClock()
  const server = await startMariadb(process.pid, clock.env)
  const url = await server.createDatabase('stepped')
  await (await import('../../src/store/migrations.js')).migrate(url)
  const drop = async (): Promise<void> => {
    await server.stop()
    clock.remove()
  }
  return { url, env: {}, set: clock.set, drop }
}
