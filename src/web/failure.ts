import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ScheduleError, type ErrorCode } from '../errors.js'
import { HttpError } from './http-error.js'

/** How something that was thrown is answered. */
export interface Failure {
  status: ContentfulStatusCode
  /** Stable; people match on it. */
  code: string
  message: string
  fix: string | null
  headers: Readonly<Record<string, string>>
}

/** Unknown errors tell the person nothing: what they say is for the log. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HttpError) return { ...pick(error), fix: null, headers: error.headers }
  if (error instanceof ScheduleError) {
    const status = statusOf(error.code)
    const headers = status === 503 ? { 'Retry-After': '10' } : {}
    return { status, code: error.code, message: error.message, fix: error.fix, headers }
  }
  if (isBrokenOff(error)) return failureOf(new HttpError(400, 'INVALID_PARAMETER', 'the body ended before its length'))
  return {
    status: 500,
    code: 'INTERNAL',
    message: 'the server failed at this; its log says why',
    fix: null,
    headers: {},
  }
}

function pick({ status, code, message }: HttpError): Pick<Failure, 'status' | 'code' | 'message'> {
  return { status, code, message }
}

/** What Node throws at whoever reads the body of a client that has gone: no fault of the server. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET'
}

function statusOf(code: ErrorCode): ContentfulStatusCode {
  switch (code) {
    case 'SCHEDULE_NOT_FOUND':
    case 'JOB_NOT_FOUND':
    case 'RUN_NOT_FOUND':
      return 404
    case 'CONFLICT':
    case 'REFUSED':
      return 409
    case 'DATABASE_UNREACHABLE':
    case 'DATABASE_NOT_MIGRATED':
    case 'DATABASE_FAILED':
    case 'LEASE_LOST':
      return 503
    default:
      return 400
  }
}
