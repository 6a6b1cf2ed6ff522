import { ScheduleError } from '../../errors.js'
import type { CallGate } from '../call-gate.js'
import type { Database } from '../database.js'
import { connect, refuseToWait } from './connect.js'
import { describeFailure } from './failures.js'
import { migrateWith, pendingWith } from './migrate.js'
import { sqliteDatabase, type Urgency } from './sqlite-database.js'

interface OpenSqliteOptions {
  readOnly: boolean
  urgency: Urgency
  gate?: CallGate | undefined
}

/** Opens the file, brought up to date unless read-only. */
export async function openSqlite(file: string, options: OpenSqliteOptions): Promise<Database> {
  const { gate } = options
  return gate === undefined ? await open(file, options) : await gate.pass(() => open(file, options))
}

async function open(file: string, { readOnly, urgency, gate }: OpenSqliteOptions): Promise<Database> {
  const connection = connect(file, { readOnly, inThread: gate !== undefined })
  try {
    if (!readOnly) await migrateWith(connection)
    else if ((await pendingWith(connection)).length > 0) throw outOfDate(file)
    refuseToWait(connection)
    const database = sqliteDatabase(connection, file, { gate, urgency })
    return readOnly ? database : { ...database, close: () => closeWhole(database) }
  } catch (error) {
    connection.close()
    throw describeFailure(error)
  }
}

/**
 * Leaves everything in the file itself, for those who copy it. SQLite does so when the last connection ends, but the driver's
 * prepared statements keep this one until the process has ended. PASSIVE: nobody waits, and others at work go on.
 */
async function closeWhole(database: Database): Promise<void> {
  await database.direct(({ all }) => all('PRAGMA wal_checkpoint(PASSIVE)')).catch(() => undefined)
  await database.close()
}

function outOfDate(file: string): ScheduleError {
  return new ScheduleError('DATABASE_NOT_MIGRATED', `The database file ${file} is not migrated`, {
    fix: 'Make a pass, or run: npx run-due-schedules migrate',
  })
}
