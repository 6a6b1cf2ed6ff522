import { randomUUID } from 'node:crypto'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { messageOf, ScheduleError } from '../../errors.js'
import type { MysqlTarget } from '../database-url.js'
import { listMigrations, type MigrationRow, pendingOf, readMigration, refuseEdited } from '../migration-files.js'
import { splitStatements } from '../split-statements.js'
import { connect } from './connect.js'
import { codeOf } from './connection-error.js'
import { SESSION_SETTINGS } from './session.js'

// Prisma's own lock and table, so that both tools see each other.
const LOCK = "SELECT GET_LOCK('prisma_migrate', 10) AS locked"
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`

export async function migrateMysql(target: MysqlTarget): Promise<string[]> {
  const connection = await connectOrCreate(target)
  try {
    return await migrateWith(connection)
  } finally {
    connection.destroy()
  }
}

export async function pendingOnMysql(target: MysqlTarget): Promise<string[]> {
  const names = await listMigrations('mysql')
  let connection: Connection
  try {
    connection = await connect(target)
  } catch (error) {
    if (isUnknownDatabase(error)) return names
    throw error
  }
  try {
    return pendingOf(names, await readRows(connection))
  } finally {
    connection.destroy()
  }
}

async function connectOrCreate(target: MysqlTarget): Promise<Connection> {
  try {
    return await connect(target)
  } catch (error) {
    if (!isUnknownDatabase(error)) throw error
  }
  const server = await connect(target, null)
  try {
    await server.query(`CREATE DATABASE IF NOT EXISTS ${quoted(target.database)}`)
  } catch (error) {
    throw new ScheduleError(
      'DATABASE_UNREACHABLE',
      `The database '${target.database}' does not exist and cannot be created: ${messageOf(error)}`,
      {
        fix: `Create it (CREATE DATABASE ${quoted(target.database)}) or grant user '${target.user}' the right to.`,
        cause: error,
      },
    )
  } finally {
    server.destroy()
  }
  return connect(target)
}

/** As one name: the driver would split it at its dots. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

async function migrateWith(connection: Connection): Promise<string[]> {
  await connection.query(SESSION_SETTINGS)
  const [[lock]] = await connection.query<RowDataPacket[]>(LOCK)
  if (lock?.['locked'] !== 1) {
    throw new ScheduleError('DATABASE_FAILED', 'Another migration of this database has been under way for over 10 s', {
      fix: 'Wait until it has ended, then migrate again.',
    })
  }
  await connection.query(CREATE_TABLE)
  const rows = await readRows(connection)
  await refuseEdited('mysql', rows)
  const pending = pendingOf(await listMigrations('mysql'), rows)
  for (const name of pending) await apply(connection, name)
  return pending
}

async function readRows(connection: Connection): Promise<MigrationRow[]> {
  try {
    const [rows] = await connection.query<(RowDataPacket & MigrationRow)[]>(
      'SELECT * FROM _prisma_migrations ORDER BY started_at',
    )
    return rows
  } catch (error) {
    if (codeOf(error) === 'ER_NO_SUCH_TABLE') return []
    throw error
  }
}

async function apply(connection: Connection, name: string): Promise<void> {
  const { script, checksum } = await readMigration('mysql', name)
  const id = randomUUID()
  await connection.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))',
    [id, checksum, name],
  )
  for (const statement of splitStatements(script)) {
    try {
      await connection.query(statement)
    } catch (error) {
      await connection
        .query('UPDATE _prisma_migrations SET logs = ? WHERE id = ?', [`${messageOf(error)}\n\n${statement}`, id])
        .catch(() => {})
      throw failed(name, statement, error)
    }
  }
  await connection.query(
    'UPDATE _prisma_migrations SET finished_at = UTC_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?',
    [id],
  )
}

function failed(name: string, statement: string, error: unknown): ScheduleError {
  return new ScheduleError(
    'DATABASE_FAILED',
    `The migration ${name} failed: ${messageOf(error)}\n  in: ${statement.split('\n')[0] ?? ''}`,
    {
      fix: `Remove the cause, undo what it had done, run npx prisma@7 migrate resolve --rolled-back ${name}, then migrate again.`,
      cause: error,
    },
  )
}

function isUnknownDatabase(error: unknown): boolean {
  return error instanceof ScheduleError && codeOf(error.cause) === 'ER_BAD_DB_ERROR'
}
