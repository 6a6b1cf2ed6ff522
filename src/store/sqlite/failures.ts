import { messageOf, ScheduleError } from '../../errors.js'
import { DuplicateKeyError } from '../database.js'

/** Whether another holds the lock of the file. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
}

export function describeFailure(error: unknown): ScheduleError {
  if (error instanceof ScheduleError) return error
  const message = messageOf(error)
  if (['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(codeOf(error)))
    return new DuplicateKeyError(error)
  if (/no such (table|column)/.test(message)) {
    return new ScheduleError('DATABASE_NOT_MIGRATED', `The database lacks what this version needs: ${message}`, {
      fix: 'Run: npx run-due-schedules migrate, with the newest version that uses this database.',
      cause: error,
    })
  }
  return new ScheduleError('DATABASE_FAILED', `The database refused a statement: ${message}`, {
    fix: fixOf(error, message),
    cause: error,
  })
}

function fixOf(error: unknown, message: string): string {
  if (isBusy(error)) return 'Another process holds the file: end it, or use MySQL for more than one machine.'
  if (/readonly database|unable to open/.test(message))
    return 'Let this user write to the file and its folder: readers, too, write beside the file.'
  return 'Check the file and its disk.'
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
