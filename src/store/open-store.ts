import type { CallGate } from './call-gate.js'
import { parseDatabaseUrl } from './database-url.js'
import type { Database } from './database.js'
import { databaseWithFailpoints, storeWithFailpoints } from './failpoints.js'
import { sqlStore } from './sql-store.js'
import type { Urgency } from './sqlite/sqlite-database.js'
import type { Store } from './store.js'

export interface OpenStoreOptions {
  databaseUrl: string
  /** For dry runs: nothing is created or migrated. */
  readOnly?: boolean
  /** Of writes that wait for an embedded file: a pass's are 'background', behind those of people; 'foreground' unless set. */
  urgency?: Urgency
  /** For a store in a thread that may be ended. */
  gate?: CallGate
  /** How long a statement of MySQL's may be without an answer, in milliseconds; 15 s unless set. */
  answerTimeoutMs?: number
  /** How long a lost connection is tried again for, in milliseconds; 30 s unless set. */
  reconnectMs?: number
}

/**
 * Connects. An embedded SQLite file is created and migrated unless `readOnly`. Throws DATABASE_UNREACHABLE with the cause
 * and a fix, DATABASE_NOT_MIGRATED for a SQLite file that is missing or out of date when `readOnly`. A MySQL database that
 * is not migrated shows with the first statement.
 */
export async function openStore({
  databaseUrl,
  readOnly = false,
  urgency = 'foreground',
  gate,
  ...patience
}: OpenStoreOptions): Promise<Store> {
  const target = parseDatabaseUrl(databaseUrl)
  if (target.engine === 'mysql') {
    const { openMysql } = await import('./mysql/mysql-database.js')
    return storeOver(await openMysql(target, patience))
  }
  const { openSqlite } = await import('./sqlite/open-sqlite.js')
  return storeOver(await openSqlite(target.file, { readOnly, urgency, gate }))
}

function storeOver(opened: Database): Store {
  let database = opened
  FAILPOINT: database = databaseWithFailpoints(opened)
  let store = sqlStore(database)
  FAILPOINT: store = storeWithFailpoints(store)
  return store
}
