import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { ScheduleError } from '../errors.js'
import type { SqliteTarget } from '../store/database-url.js'
import type { Client, Database } from './database.js'
import { PrismaClient } from './generated/sqlite/client.js'
import { guardClient } from './guard-client.js'

const BUSY_TIMEOUT_MS = 5000

/** Prisma on an SQLite file that exists; throws DATABASE_NOT_MIGRATED where there is none, creating nothing. */
export function connectSqlite({ file }: SqliteTarget): Database {
  expectFile(file)
  const adapter = new PrismaLibSql({ url: pathToFileURL(file).href, timeout: BUSY_TIMEOUT_MS })
  // Both clients are generated from the same models: what this port uses of them is the same.
  const client = new PrismaClient({ adapter }) as unknown as Client
  return {
    engine: 'sqlite',
    ...guardClient(client, async () => {
      expectFile(file)
      await (await import('../store/sqlite/migrate.js')).pendingOnSqlite({ engine: 'sqlite', file })
    }),
  }
}

function expectFile(file: string): void {
  if (existsSync(file)) return
  throw new ScheduleError('DATABASE_NOT_MIGRATED', `There is no database file ${file} yet`, {
    fix: 'Make a first pass, which creates it: npx run-due-schedules',
  })
}
