import { messageOf, ScheduleError } from '../../errors.js'
import { DuplicateKeyError } from '../database.js'
import { codeOf, errnoOf } from './connection-error.js'

// Deadlock (1213, rolled back whole), lock wait timeout (1205), changed since the snapshot (1020), query killed (1317).
const TRANSIENT = new Set([1213, 1205, 1020, 1317])
// Shutdown (1053), new connections refused (1077), aborted (1152, 1184), killed (1927, 3169), closed as idle (4031).
const LOST_NUMBERS = new Set([1053, 1077, 1152, 1184, 1927, 3169, 4031])
const LOST_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])
const NOT_MIGRATED = new Set([1146, 1054])
// Of a database, a table, a column, a privilege of the server.
const DENIED = new Set([1044, 1142, 1143, 1227])
const READ_ONLY = new Set([1290, 1792, 1836])

/** Whether the same transaction, run again, may well succeed. */
export function isTransient(error: unknown): boolean {
  return TRANSIENT.has(errnoOf(error))
}

/** Whether the connection is gone, and with it the knowledge of what its last statement did. */
export function isLost(error: unknown): boolean {
  if (LOST_NUMBERS.has(errnoOf(error)) || LOST_CODES.has(codeOf(error))) return true
  const fatal = typeof error === 'object' && error !== null && 'fatal' in error && error.fatal === true
  // 1153: the packet was too large; the connection is gone, but repeating it would only lose the next one.
  return fatal && errnoOf(error) !== 1153
}

export function describeFailure(error: unknown): ScheduleError {
  if (error instanceof ScheduleError) return error
  const number = errnoOf(error)
  if (number === 1062) return new DuplicateKeyError(error)
  if (NOT_MIGRATED.has(number)) {
    return new ScheduleError(
      'DATABASE_NOT_MIGRATED',
      `The database lacks what this version needs: ${messageOf(error)}`,
      {
        fix: 'Run: npx run-due-schedules migrate, with the newest version that uses this database.',
        cause: error,
      },
    )
  }
  if (READ_ONLY.has(number)) {
    return new ScheduleError('DATABASE_FAILED', `The database is read-only: ${messageOf(error)}`, {
      fix: 'Point DATABASE_URL at the primary; after a failover wait until it accepts writes.',
      cause: error,
    })
  }
  if (DENIED.has(number)) {
    return new ScheduleError('DATABASE_FAILED', `The database user may not do this: ${messageOf(error)}`, {
      fix: 'GRANT SELECT, INSERT, UPDATE, DELETE on this database to the user of DATABASE_URL; to migrate also CREATE, ALTER, INDEX, REFERENCES.',
      cause: error,
    })
  }
  const fix = isTransient(error)
    ? 'It gave way to other transactions 20 times: look for one that holds its locks long.'
    : 'See the server’s log.'
  return new ScheduleError('DATABASE_FAILED', `The database refused a statement: ${messageOf(error)}`, {
    fix,
    cause: error,
  })
}
