import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ScheduleError } from '../errors.js'

/** What DATABASE_URL names. */
export type DatabaseTarget = MysqlTarget | SqliteTarget

export interface SqliteTarget {
  engine: 'sqlite'
  /** Absolute path. */
  file: string
}

export interface MysqlTarget {
  engine: 'mysql'
  host: string
  port: number
  socketPath: string | null
  user: string
  /** Secret. */
  password: string
  database: string
  tls: { rejectUnauthorized: boolean; caFile: string | null } | null
}

/** Reads a `mysql://`, `mariadb://` or `file:` URL. Throws ENVIRONMENT_INVALID, never with the password. */
export function parseDatabaseUrl(databaseUrl: string): DatabaseTarget {
  if (databaseUrl.startsWith('file:')) return { engine: 'sqlite', file: sqliteFile(databaseUrl) }
  if (!/^(mysql|mariadb):\/\//.test(databaseUrl)) throw invalid('starts with none of mysql://, mariadb://, file:')
  let url: URL
  try {
    url = new URL(databaseUrl)
  } catch {
    throw invalid('is not a URL; characters such as @ : / # in the password must be percent-encoded')
  }
  return mysqlTarget(url)
}

function sqliteFile(databaseUrl: string): string {
  const bare = databaseUrl.replace(/\?.*$/, '')
  if (bare.startsWith('file://')) return fileURLToPath(bare)
  const file = bare.slice('file:'.length)
  if (file === '' || file === ':memory:') throw invalid('names no file')
  return path.resolve(file)
}

function mysqlTarget(url: URL): MysqlTarget {
  const database = decode(url.pathname.slice(1))
  if (database === '') throw invalid('names no database: mysql://user:password@host:3306/DATABASE')
  return {
    engine: 'mysql',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: url.port === '' ? 3306 : Number(url.port),
    socketPath: url.searchParams.get('socket') ?? url.searchParams.get('socketPath'),
    user: decode(url.username) || 'root',
    password: decode(url.password),
    database,
    tls: tlsOf(url.searchParams),
  }
}

// The spellings of Prisma (sslaccept, sslcert), of MySQL's own clients (ssl-mode) and of mysql2 (ssl).
function tlsOf(parameters: URLSearchParams): MysqlTarget['tls'] {
  const mode = (parameters.get('ssl-mode') ?? parameters.get('sslmode') ?? '').toLowerCase().replace('-', '_')
  const accept = parameters.get('sslaccept')
  const ssl = parameters.get('ssl')
  const caFile = parameters.get('sslcert') ?? parameters.get('ssl-ca')
  const wanted =
    accept !== null || caFile !== null || (ssl !== null && ssl !== 'false') || (mode !== '' && mode !== 'disabled')
  if (!wanted || mode === 'disabled') return null
  const strict =
    accept === 'strict' ||
    mode.startsWith('verify') ||
    caFile !== null ||
    ssl?.includes('"rejectUnauthorized":true') === true
  return { rejectUnauthorized: strict && accept !== 'accept_invalid_certs', caFile }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('has a % that is not part of a percent-encoded character')
  }
}

function invalid(why: string): ScheduleError {
  return new ScheduleError('ENVIRONMENT_INVALID', `DATABASE_URL ${why}`, {
    fix: 'Set DATABASE_URL to mysql://user:password@host:3306/database or file:./path.db.',
  })
}
