import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import Database from 'libsql'
import { messageOf, ScheduleError } from '../../errors.js'

export type Connection = InstanceType<typeof Database>

const OPENING_TIMEOUT_MS = 5000
/** In a thread that may have to end meanwhile; it tries again. */
const OPENING_TIMEOUT_OF_A_THREAD_MS = 300

interface ConnectOptions {
  readOnly: boolean
  inThread?: boolean
}

/** Opens the file, created with its folder unless read-only. Throws DATABASE_UNREACHABLE, DATABASE_NOT_MIGRATED when missing. */
export function connect(file: string, { readOnly, inThread = false }: ConnectOptions): Connection {
  if (readOnly && !existsSync(file)) {
    throw new ScheduleError('DATABASE_NOT_MIGRATED', `There is no database file ${file}`, {
      fix: 'Make a first pass, or create it: npx run-due-schedules migrate',
    })
  }
  try {
    const timeout = inThread ? OPENING_TIMEOUT_OF_A_THREAD_MS : OPENING_TIMEOUT_MS
    if (!readOnly) mkdirSync(path.dirname(file), { recursive: true })
    const connection = new Database(file, { readonly: readOnly, timeout })
    connection.exec(`PRAGMA busy_timeout = ${timeout}`)
    if (!readOnly) connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    return connection
  } catch (error) {
    throw new ScheduleError('DATABASE_UNREACHABLE', `Cannot open the database file ${file}: ${messageOf(error)}`, {
      fix: 'Check that the file is a SQLite database and that its folder exists and is writable.',
      cause: error,
    })
  }
}

/** From now on a lock that another holds is an error at once: the driver would wait on the thread on which jobs run. */
export function refuseToWait(connection: Connection): void {
  connection.exec('PRAGMA busy_timeout = 0')
}
