import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import type { MysqlTarget } from '../store/database-url.js'
import { connect } from '../store/mysql/connect.js'
import { AUTOCOMMIT, NAMES } from '../store/mysql/session.js'
import { tlsOptions } from '../store/mysql/tls.js'
import type { Database } from './database.js'
import { PrismaClient } from './generated/mysql/client.js'
import { guardClient } from './guard-client.js'

const CONNECTIONS = 2
const TIMEOUT_MS = 5000

/** Prisma on MySQL or MariaDB, after a look by mysql2: Prisma reports a wrong password as a pool timeout after 20 s. */
export async function connectMysql(target: MysqlTarget): Promise<Database> {
  await check(target)
  const adapter = new PrismaMariaDb({
    ...(target.socketPath === null ? { host: target.host, port: target.port } : { socketPath: target.socketPath }),
    user: target.user,
    password: target.password,
    database: target.database,
    ...(target.tls === null ? {} : { ssl: await tlsOptions(target, target.tls) }),
    connectionLimit: CONNECTIONS,
    minimumIdle: 1,
    connectTimeout: TIMEOUT_MS,
    acquireTimeout: TIMEOUT_MS,
    timezone: '+00:00',
    initSql: [AUTOCOMMIT, NAMES],
    // MySQL 8 and later without TLS: caching_sha2_password asks for the server's key.
    allowPublicKeyRetrieval: true,
  })
  return { engine: 'mysql', ...guardClient(new PrismaClient({ adapter }), () => check(target)) }
}

/** Rejects with DATABASE_UNREACHABLE, naming the cause, in milliseconds. */
async function check(target: MysqlTarget): Promise<void> {
  const connection = await connect(target)
  connection.destroy()
}
