import { isAbsolute, resolve } from 'node:path'
import { rejected } from './fields.js'

const EXAMPLES = "write 'mysql://user:password@host:3306/database' or 'file:./path.db'"

/**
 * `mysql://…` (also for `mariadb://`), or `file:` with an absolute path; relative ones are relative to `folder`.
 * Throws what is wrong without ever showing the text, which may hold a password.
 */
export function readDatabaseUrl(text: string, folder: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase()
  if (text === '') throw rejected('is set but empty', `${EXAMPLES}, or unset it to use an embedded SQLite file`)
  if (scheme === 'file') return fileUrl(text.slice('file:'.length), folder)
  if (scheme === 'mysql' || scheme === 'mariadb') return mysqlUrl(`mysql:${text.slice(scheme.length + 1)}`, folder)
  if (scheme === undefined) throw rejected('is not a URL', EXAMPLES)
  const known = KNOWN_SCHEMES[scheme]
  throw rejected(known ?? 'is not a URL of MySQL, MariaDB or a file', EXAMPLES)
}

/** A database URL for messages and logs: password and parameters left out. */
export function redactUrl(url: string): string {
  if (url.startsWith('file:')) return url
  if (!URL.canParse(url)) return '(a URL that cannot be read)'
  const { protocol, username, password, host, pathname } = new URL(url)
  const user = username === '' ? '' : `${username}${password === '' ? '' : ':***'}@`
  return `${protocol}//${user}${host}${pathname}`
}

// As the store reads them.
const CA_PARAMETERS = ['sslcert', 'ssl-ca', 'ssl_ca', 'sslca', 'sslrootcert']

const KNOWN_SCHEMES: Readonly<Record<string, string>> = {
  postgres: 'names a PostgreSQL database, which is not supported',
  postgresql: 'names a PostgreSQL database, which is not supported',
  sqlite: 'begins with sqlite:; SQLite files are named with file:',
  libsql: 'names a remote libSQL database, which is not supported; a local file is',
  mongodb: 'names a MongoDB database, which is not supported',
  sqlserver: 'names a SQL Server database, which is not supported',
  prisma: 'names a Prisma proxy; the direct URL of the database is needed',
  http: 'is an address of the web, not of a database',
  https: 'is an address of the web, not of a database',
}

function fileUrl(rest: string, folder: string): string {
  const path = rest.startsWith('//') ? decoded(rest.replace(/^\/\/+/, '/')) : rest
  if (path.trim() === '' || path.endsWith('/')) throw rejected('names no file', "write 'file:./path.db'")
  if (path.includes(':memory:'))
    throw rejected('names a database in memory, which ends with each pass', "write 'file:./path.db'")
  if (/[?#\0]/.test(path))
    throw rejected('has parameters, which a file does not take', 'remove everything from the ? on')
  return `file:${isAbsolute(path) ? path : resolve(folder, path)}`
}

/** With `//` it is a URL, in which a space, say, is %20; without, every character stands for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw rejected('has a % that is not part of a percent-encoded character', 'write %25, or file: without the //')
  }
}

function mysqlUrl(text: string, folder: string): string {
  if (!text.startsWith('mysql://') || !URL.canParse(text) || !isDecodable(text)) {
    const fix =
      'percent-encode special characters of user and password (@ is %40, # is %23, / is %2F, : is %3A, % is %25)'
    throw rejected('cannot be read as a URL', fix)
  }
  const url = new URL(text)
  if (url.hostname === '') throw rejected('names no host', EXAMPLES)
  if (url.hash !== '') throw rejected('contains a #', 'percent-encode it as %23 where it is part of the password')
  if (!/^\/[^/]+$/.test(url.pathname))
    throw rejected('names no database', 'end it with the database: mysql://user:password@host:3306/database')
  return withAbsoluteCa(url, folder) ?? text
}

/** Cron starts commands in $HOME, so a file is looked for beside the config; null where none is relative. */
function withAbsoluteCa(url: URL, folder: string): string | null {
  const relative = CA_PARAMETERS.filter((name) => {
    const file = url.searchParams.get(name)
    return file !== null && file !== '' && !isAbsolute(file)
  })
  for (const name of relative) url.searchParams.set(name, resolve(folder, url.searchParams.get(name) ?? ''))
  return relative.length === 0 ? null : url.href
}

/** What the drivers decode must be decodable. */
function isDecodable(text: string): boolean {
  const { username, password, pathname } = new URL(text)
  try {
    decodeURIComponent(`${username}${password}${pathname}`)
    return true
  } catch {
    return false
  }
}
