import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import type { Row, SqlValue, Statements, Values } from '../database.js'
import { mysqlDialect } from './dialect.js'
import { AUTOCOMMIT } from './session.js'

// A statement over max_allowed_packet (16 MiB by default on MariaDB) kills the connection; escaping can double a text.
const MAX_BATCH_BYTES = 2 * 1024 * 1024
const MAX_BATCH_ROWS = 500
const BEGIN = 'START TRANSACTION;\n'

/** Statements on one connection. In a transaction START TRANSACTION travels with the first of them, in a glance AUTOCOMMIT with what is written. */
export function mysqlStatements(
  connection: Pick<Connection, 'query'>,
  transaction: { begun: boolean } | null,
  timeoutMs: number,
  isGlance = false,
): Statements {
  async function send(sql: string, values: readonly SqlValue[], before = ''): Promise<unknown> {
    const first = transaction !== null && !transaction.begun ? BEGIN : before
    if (transaction !== null) transaction.begun = true
    // Values are placed by the driver; a prepared statement would cost a second round trip and 65,535 placeholders at most.
    const [result] = await connection.query({ sql: first + sql, timeout: timeoutMs }, [...values])
    return first === '' ? result : afterFirst(result as unknown[])
  }

  const statements: Statements = {
    dialect: mysqlDialect,
    all: async (sql, values = []) => (await send(sql, values)) as RowDataPacket[],
    async many(queries) {
      const sql = queries.map((query) => query.sql).join(';\n')
      const result = await send(
        sql,
        queries.flatMap((query) => query.values ?? []),
      )
      return queries.length === 1 ? [result as Row[]] : (result as Row[][])
    },
    async run(sql, values = []) {
      const header = (await send(sql, values, isGlance ? `${AUTOCOMMIT};\n` : '')) as ResultSetHeader
      return { changes: header.affectedRows, insertId: header.insertId }
    },
    async insertAll(table, rows) {
      for (const batch of batches(rows)) {
        const columns = Object.keys(batch[0] ?? {})
        const tuple = `(${columns.map(() => '?').join(', ')})`
        const sql = `INSERT INTO ${table} (${names(columns)}) VALUES ${batch.map(() => tuple).join(', ')}`
        await send(sql, flatten(columns, batch))
      }
    },
    async updateEach(table, key, rows) {
      for (const batch of batches(rows)) {
        const columns = Object.keys(batch[0] ?? {})
        await send(updateFromValues(table, key, columns, batch.length), flatten(columns, batch))
      }
    },
  }
  return statements
}

// The values come first, in key order, and each row is found by its primary key: locks are taken in that order.
function updateFromValues(table: string, key: string, columns: readonly string[], count: number): string {
  const first = `SELECT ${columns.map((name) => `? AS \`${name}\``).join(', ')}`
  const others = ` UNION ALL SELECT ${columns.map(() => '?').join(', ')}`.repeat(count - 1)
  const set = columns.filter((name) => name !== key).map((name) => `t.\`${name}\` = v.\`${name}\``)
  return (
    `UPDATE (${first}${others}) v STRAIGHT_JOIN ${table} t FORCE INDEX (PRIMARY) ON t.\`${key}\` = v.\`${key}\` ` +
    `SET ${set.join(', ')}`
  )
}

function* batches(rows: readonly Values[]): Generator<Values[]> {
  let batch: Values[] = []
  let bytes = 0
  for (const row of rows) {
    const size = Object.values(row).reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (batch.length > 0 && (batch.length >= MAX_BATCH_ROWS || bytes + size > MAX_BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(row)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function sizeOf(value: SqlValue): number {
  return typeof value === 'string' ? Buffer.byteLength(value) + 3 : 26
}

function flatten(columns: readonly string[], rows: readonly Values[]): SqlValue[] {
  return rows.flatMap((row) => columns.map((name) => row[name] ?? null))
}

function names(columns: readonly string[]): string {
  return columns.map((name) => `\`${name}\``).join(', ')
}

// The answer to what was sent first stands before the others'.
function afterFirst(results: unknown[]): unknown {
  return results.length === 2 ? results[1] : results.slice(1)
}
