import type { Database, Dialect, Statements } from '../database.js'
import { connect } from './connect.js'
import { migrateWith } from './migrate.js'
import { sqliteDatabase } from './sqlite-database.js'
import { sqliteDialect } from './statements.js'

const NOW = '(SELECT now FROM temp.Clock)'

/** For tests of schedules: the database's clock is a row, set from `now` before each piece of work. */
const dialect: Dialect = {
  ...sqliteDialect,
  now: NOW,
  nowPlusMs: `strftime('%Y-%m-%dT%H:%M:%f+00:00', ${NOW}, (? / 1000.0) || ' seconds')`,
}

let opened = 0

/** A migrated database in memory whose clock is `now`. Not for passes that are processes: each would see its own. */
export async function openMemory(now: () => Date): Promise<Database> {
  const connection = connect(':memory:', { readOnly: false })
  await migrateWith(connection)
  connection.exec('CREATE TEMP TABLE Clock (now TEXT)')
  connection.exec("INSERT INTO temp.Clock VALUES ('')")
  opened += 1
  const database = sqliteDatabase(connection, `:memory:${opened}`, { dialect })
  async function setClock({ run }: Statements): Promise<void> {
    await run('UPDATE temp.Clock SET now = ?', [now()])
  }
  return {
    ...database,
    glance: (work) =>
      database.glance(async (statements) => {
        await setClock(statements)
        return await work(statements)
      }),
    direct: (work) =>
      database.direct(async (statements, unsure) => {
        await setClock(statements)
        return await work(statements, unsure)
      }),
    transaction: (work) =>
      database.transaction(async (statements, unsure) => {
        await setClock(statements)
        return await work(statements, unsure)
      }),
  }
}
