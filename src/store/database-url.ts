import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ScheduleError } from '../errors.js'
import { type TlsTarget, tlsOf } from './tls-parameters.js'

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
  tls: TlsTarget | null
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
  if (bare.startsWith('file://')) return pathOf(bare)
  const file = bare.slice('file:'.length)
  if (file === '' || file === ':memory:') throw invalid('names no file')
  return path.resolve(file)
}

function pathOf(fileUrl: string): string {
  try {
    return fileURLToPath(fileUrl)
  } catch {
    throw invalid('is no URL of a local file; its path begins with three slashes: file:///')
  }
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
