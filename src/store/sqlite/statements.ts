import type { Dialect, Row, SqlValue, Statements, Values } from '../database.js'
import type { Connection } from './connect.js'

export const sqliteDialect: Dialect = {
  // The text form that Prisma's adapter writes; others compare wrongly with it.
  now: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
  nowPlusMs: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', (? / 1000.0) || ' seconds')",
  // BEGIN IMMEDIATE has locked the file.
  forUpdate: '',
  byPrimaryKey: '',
  straightJoin: 'CROSS JOIN',
}

interface Prepared {
  all(...values: unknown[]): unknown[]
  run(...values: unknown[]): { changes: number; lastInsertRowid: number | bigint }
}

/** Statements on one connection, each prepared once: a prepared statement per row is faster than a joined list. */
export function sqliteStatements(connection: Connection, dialect = sqliteDialect): Statements {
  const prepared = new Map<string, Prepared>()

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement: Prepared = connection.prepare(sql)
    if (prepared.size < 100) prepared.set(sql, statement)
    return statement
  }

  const all = (sql: string, values: readonly SqlValue[] = []): Row[] => prepare(sql).all(...values.map(encode)) as Row[]

  return {
    dialect,
    all: (sql, values) => promised(() => all(sql, values)),
    many: (queries) => promised(() => queries.map((query) => all(query.sql, query.values))),
    run: (sql, values = []) =>
      promised(() => {
        const { changes, lastInsertRowid } = prepare(sql).run(...values.map(encode))
        return { changes, insertId: Number(lastInsertRowid) }
      }),
    insertAll: (table, rows) =>
      promised(() => {
        const columns = Object.keys(rows[0] ?? {})
        const list = columns.map((name) => `\`${name}\``).join(', ')
        runEach(`INSERT INTO ${table} (${list}) VALUES (${columns.map(() => '?').join(', ')})`, columns, rows)
      }),
    updateEach: (table, key, rows) =>
      promised(() => {
        const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== key)
        const set = columns.map((name) => `\`${name}\` = ?`).join(', ')
        runEach(`UPDATE ${table} SET ${set} WHERE \`${key}\` = ?`, [...columns, key], rows)
      }),
  }

  function runEach(sql: string, columns: readonly string[], rows: readonly Values[]): void {
    if (rows.length === 0) return
    const statement = prepare(sql)
    for (const row of rows) statement.run(...columns.map((name) => encode(row[name] ?? null)))
  }
}

// The driver is synchronous; what it throws becomes a rejection.
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}

function encode(value: SqlValue): string | number | null {
  if (value instanceof Date) return value.toISOString().replace('Z', '+00:00')
  // The driver ends a text at its first NUL.
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '␀') : value
  return typeof value === 'boolean' ? Number(value) : value
}
