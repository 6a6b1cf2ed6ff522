import { ScheduleError } from '../../errors.js'
import type { Database } from '../database.js'
import { connect, waitBriefly } from './connect.js'
import { migrateWith, pendingWith } from './migrate.js'
import { sqliteDatabase } from './sqlite-database.js'

/** Opens the file, brought up to date unless read-only. */
export async function openSqlite(file: string, readOnly: boolean): Promise<Database> {
  const connection = connect(file, { readOnly })
  try {
    if (!readOnly) await migrateWith(connection)
    else if ((await pendingWith(connection)).length > 0) throw outOfDate(file)
    waitBriefly(connection)
    return sqliteDatabase(connection, file)
  } catch (error) {
    connection.close()
    throw error
  }
}

function outOfDate(file: string): ScheduleError {
  return new ScheduleError('DATABASE_NOT_MIGRATED', `The database file ${file} is not migrated`, {
    fix: 'Make a pass, or run: npx run-due-schedules migrate',
  })
}
