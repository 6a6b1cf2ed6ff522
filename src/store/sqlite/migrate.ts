import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { messageOf, ScheduleError } from '../../errors.js'
import type { SqliteTarget } from '../database-url.js'
import {
  listMigrations,
  type Migration,
  type MigrationRow,
  pendingOf,
  readMigration,
  refuseEdited,
} from '../migration-files.js'
import { splitStatements } from '../split-statements.js'
import { type Connection, connect } from './connect.js'
import { describeFailure } from './failures.js'

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`
// Prisma's native engine stores these instants as milliseconds.
const NOW_MS = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"

export async function migrateSqlite({ file }: SqliteTarget): Promise<string[]> {
  return withConnection(file, false, async (connection) => {
    await refuseEdited('sqlite', readRows(connection))
    return migrateWith(connection)
  })
}

export async function pendingOnSqlite(target: SqliteTarget): Promise<string[]> {
  return existsSync(target.file) ? withConnection(target.file, true, pendingWith) : listMigrations('sqlite')
}

async function withConnection<T>(
  file: string,
  readOnly: boolean,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = connect(file, { readOnly })
  try {
    return await work(connection)
  } catch (error) {
    throw describeFailure(error)
  } finally {
    connection.close()
  }
}

export async function pendingWith(connection: Connection): Promise<string[]> {
  return pendingOf(await listMigrations('sqlite'), readRows(connection))
}

/** Applies what is pending through a connection that is open already. */
export async function migrateWith(connection: Connection): Promise<string[]> {
  const names = await listMigrations('sqlite')
  if (pendingOf(names, readRows(connection)).length === 0) return []
  const migrations = await Promise.all(names.map((name) => readMigration('sqlite', name)))
  // One transaction: either all of them or none, and a second process waits here.
  connection.exec('BEGIN IMMEDIATE')
  try {
    connection.exec(CREATE_TABLE)
    const pending = pendingOf(names, readRows(connection))
    for (const migration of migrations.filter(({ name }) => pending.includes(name))) apply(connection, migration)
    connection.exec('COMMIT')
    return pending
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    throw error
  }
}

function readRows(connection: Connection): MigrationRow[] {
  const exists = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'").get()
  if (exists === undefined) return []
  return connection.prepare('SELECT * FROM "_prisma_migrations" ORDER BY started_at').all() as MigrationRow[]
}

function apply(connection: Connection, { name, script, checksum }: Migration): void {
  for (const statement of splitStatements(script)) {
    try {
      connection.exec(statement)
    } catch (error) {
      const where = `${messageOf(error)}\n  in: ${statement.split('\n')[0] ?? ''}`
      throw new ScheduleError('DATABASE_FAILED', `The migration ${name} failed, nothing was changed: ${where}`, {
        cause: error,
      })
    }
  }
  connection
    .prepare(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES (?, ?, ?, ${NOW_MS}, ${NOW_MS}, 1)`,
    )
    .run(randomUUID(), checksum, name)
}
