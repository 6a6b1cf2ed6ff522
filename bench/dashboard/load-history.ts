import Database from 'libsql'
import mysql from 'mysql2/promise'
import { migrate } from '../../src/store/migrations.js'
import { randomFrom } from '../../tests/support/random.js'
import { DAYS, jobRows, passRows, runRows, scheduleRows, type Row } from './history.js'

const BATCH = 2000
const RUN_COLUMNS =
  'id scheduleId jobName trigger status reason scheduledFor firstSlot slotCount attempt passId availableAt createdAt ' +
  'startedAt finishedAt durationMs progress output error log requestedBy attempts'
const DEFAULTS: Row = { trigger: 'CRON', slotCount: 1, attempt: 0 }

type Insert = (table: string, columns: readonly string[], rows: readonly Row[]) => Promise<void>

/** Migrates an empty database and fills it: 1,000 schedules and about so many runs, those of the last days. */
export async function loadHistory(databaseUrl: string, runs: number, now: Date): Promise<void> {
  await migrate(databaseUrl)
  const random = randomFrom(7)
  const { insert, close } = databaseUrl.startsWith('file:') ? openSqlite(databaseUrl) : await openMysql(databaseUrl)
  const insertAll = (table: string, rows: readonly Row[]) => insert(table, Object.keys(rows[0] ?? {}), rows)
  await insertAll('Job', jobRows())
  await insertAll('JobSchedule', scheduleRows(now, random))
  await insertAll('RunnerPass', passRows(now))
  const columns = RUN_COLUMNS.split(' ')
  let batch: Row[] = []
  for (const row of runRows(now, (DAYS * runs) / 1_000_000, random)) {
    batch.push({ ...DEFAULTS, ...row })
    if (batch.length < BATCH) continue
    await insert('JobRun', columns, batch)
    batch = []
  }
  await insert('JobRun', columns, batch)
  await close()
}

async function openMysql(uri: string): Promise<{ insert: Insert; close: () => Promise<void> }> {
  const connection = await mysql.createConnection({ uri, timezone: 'Z' })
  return {
    insert: async (table, columns, rows) => {
      const names = columns.map((column) => `\`${column}\``).join(', ')
      const values = rows.map((row) => columns.map((column) => row[column] ?? null))
      await connection.query(`INSERT INTO \`${table}\` (${names}) VALUES ?`, [values])
    },
    close: async () => {
      // The server's statistics of a table that grew at once are those of an empty one.
      await connection.query('ANALYZE TABLE JobRun, JobSchedule, RunnerPass')
      await connection.end()
    },
  }
}

function openSqlite(url: string): { insert: Insert; close: () => Promise<void> } {
  const database = new Database(url.replace(/^file:/, ''))
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000')
  return {
    insert: async (table, columns, rows) => {
      const names = columns.map((column) => `"${column}"`).join(', ')
      const statement = database.prepare(
        `INSERT INTO "${table}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
      )
      database.transaction(() => {
        for (const row of rows) statement.run(columns.map((column) => sqliteValue(row[column] ?? null)))
      })()
    },
    close: async () => {
      database.close()
    },
  }
}

function sqliteValue(value: Row[string]): string | number | null {
  return value instanceof Date ? value.toISOString().replace('Z', '+00:00') : (value ?? null)
}
