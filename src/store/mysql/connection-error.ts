import { messageOf, ScheduleError } from '../../errors.js'
import type { MysqlTarget } from '../database-url.js'

/** The driver's error as people understand it: DATABASE_UNREACHABLE, what is wrong, what to do; never the password. */
export function describeConnectionError(error: unknown, target: MysqlTarget): ScheduleError {
  if (error instanceof ScheduleError) return error
  const [what, fix] = explain(error, target)
  return new ScheduleError('DATABASE_UNREACHABLE', `Cannot connect to the database: ${what}`, { fix, cause: error })
}

function explain(error: unknown, target: MysqlTarget): [what: string, fix: string] {
  const { user, database } = target
  const place = target.socketPath ?? `${target.host}:${target.port}`
  switch (codeOf(error)) {
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR':
      return [
        target.password === ''
          ? `user '${user}' at ${place} needs a password`
          : `wrong user name or password for user '${user}' at ${place}`,
        'Correct user and password in DATABASE_URL; special characters must be percent-encoded.',
      ]
    case 'ER_DBACCESS_DENIED_ERROR':
      return [
        `user '${user}' may not use database '${database}' at ${place}`,
        `Grant it: GRANT ALL ON \`${database}\`.* TO '${user}'@'%'.`,
      ]
    case 'ER_BAD_DB_ERROR':
      return [
        `there is no database '${database}' at ${place}`,
        'Correct the name in DATABASE_URL, or create it: npx run-due-schedules migrate',
      ]
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [
        `host '${target.host}' was not found`,
        'Correct the host in DATABASE_URL; private names resolve only inside their network.',
      ]
    case 'ECONNREFUSED':
      return [
        `nothing listens at ${place} (connection refused)`,
        'Start the database, or correct host and port in DATABASE_URL.',
      ]
    case 'ENOENT':
      return [`there is no socket ${place}`, 'Correct the socket in DATABASE_URL.']
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return [
        `${place} did not answer within 4.5 s`,
        'Check that host and port are reachable from here: firewall, private network, server asleep.',
      ]
    case 'ER_CON_COUNT_ERROR':
    case 'ER_TOO_MANY_USER_CONNECTIONS':
    case 'ER_USER_LIMIT_REACHED':
      return [`${place} has no connection left`, 'Raise max_connections or let other clients hold fewer.']
    case 'ER_HOST_NOT_PRIVILEGED':
    case 'ER_HOST_IS_BLOCKED':
      return [`${place} refuses connections from this host`, `Allow this host for user '${user}' on the server.`]
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return [`${place} offers no TLS`, 'Remove the ssl parameters from DATABASE_URL.']
    case 'HANDSHAKE_SSL_ERROR':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return explainCertificate(place, messageOf(error))
    default:
      return [`${place}: ${messageOf(error)}`, 'Check DATABASE_URL and the server’s log.']
  }
}

function explainCertificate(place: string, reason: string): [what: string, fix: string] {
  if (reason.includes('altnames')) {
    return [
      `the TLS certificate of ${place} is for another name: ${reason}`,
      'Write that name in DATABASE_URL, or accept any name with a certificate of its CA: ?ssl-mode=VERIFY_CA&ssl-ca=/path/ca.pem.',
    ]
  }
  return [
    `the TLS certificate of ${place} is not trusted: ${reason}`,
    'Name its CA in DATABASE_URL: ?sslcert=/path/ca.pem.',
  ]
}

/** The driver's symbolic code, such as ER_BAD_DB_ERROR or ECONNREFUSED; '' when there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError ? codeOf(error.errors[0]) : ''
}

/** The server's error number; 0 when the error is not the server's. */
export function errnoOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errno' in error && typeof error.errno === 'number'
    ? error.errno
    : 0
}
