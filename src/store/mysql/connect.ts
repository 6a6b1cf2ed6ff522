import mysql, { type Connection } from 'mysql2/promise'
import type { MysqlTarget } from '../database-url.js'
import { describeConnectionError } from './connection-error.js'
import { expectAddress, tlsOptions } from './tls.js'

/** With the start of the program within five seconds. */
const CONNECT_TIMEOUT_MS = 4500

/** Opens one connection; `database: null` selects none. Throws DATABASE_UNREACHABLE with the cause and a fix. */
export async function connect(target: MysqlTarget, database: string | null = target.database): Promise<Connection> {
  try {
    const connection = await mysql.createConnection({
      ...(target.socketPath === null ? { host: target.host, port: target.port } : { socketPath: target.socketPath }),
      user: target.user,
      password: target.password,
      ...(database === null ? {} : { database }),
      ...(target.tls === null ? {} : { ssl: await tlsOptions(target, target.tls) }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      charset: 'utf8mb4',
      timezone: 'Z',
      multipleStatements: true,
      supportBigNumbers: true,
      jsonStrings: true,
    })
    expectAddress(connection, target)
    return connection
  } catch (error) {
    throw describeConnectionError(error, target)
  }
}
