import { messageOf, ScheduleError } from '../errors.js'

/** The seam between the statements and the two drivers: one connection, transactions that are retried. */
export interface Database {
  readonly engine: 'mysql' | 'sqlite'
  /** Reads before the session's settings are sent: the idle pass pays one round trip. */
  glance<T>(work: (statements: Statements) => Promise<T>): Promise<T>
  /** Statements that commit by themselves; `work` may run again and must bear it. */
  direct<T>(work: (statements: Statements, unsure: boolean) => Promise<T>): Promise<T>
  /**
   * One transaction, run again after deadlocks, lock timeouts and lost connections. `unsure` tells that an earlier
   * run may have been committed: its connection was lost before the answer to COMMIT came.
   */
  transaction<T>(work: (statements: Statements, unsure: boolean) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface Statements {
  readonly dialect: Dialect
  all(sql: string, values?: readonly SqlValue[]): Promise<Row[]>
  /** Several reads; one round trip where the driver can. */
  many(queries: readonly Query[]): Promise<Row[][]>
  run(sql: string, values?: readonly SqlValue[]): Promise<{ changes: number; insertId: number }>
  /** All rows have the columns of the first. */
  insertAll(table: string, rows: readonly Values[]): Promise<void>
  /** Sets the columns of the rows found by `key`, the first column of each; all rows have the columns of the first. */
  updateEach(table: string, key: string, rows: readonly Values[]): Promise<void>
}

/** Where the SQL of the engines differs. Both understand `backticks`. */
export interface Dialect {
  /** The server's clock, in the form in which instants are stored. */
  now: string
  /** An expression for `now` plus as many milliseconds as its one placeholder says. */
  nowPlusMs: string
  /** After a SELECT: locks the rows until the transaction ends. */
  forUpdate: string
  /** After a table's name: with few rows the optimiser flips to another index, and then locks in another order. */
  byPrimaryKey: string
  /** Joins in the order as written. */
  straightJoin: string
}

export type SqlValue = string | number | boolean | null | Date
export type Row = Readonly<Record<string, unknown>>
export type Values = Readonly<Record<string, SqlValue>>
export interface Query {
  sql: string
  values?: readonly SqlValue[]
}

/** `?, ?, ?` for an IN list. */
export function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ')
}

/** Sorted as both engines sort ids, byte by byte: transactions that lock in the same order do not deadlock. */
export function sorted(ids: Iterable<string>): string[] {
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** As Map.groupBy, which Node 20 lacks. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** The rows of `IN` lists of any length: SQLite takes 32,766 placeholders. In the order of the ids when `sql` orders by them. */
export async function allIn(
  { all }: Pick<Statements, 'all'>,
  ids: Iterable<string>,
  sql: (marks: string) => string,
): Promise<Row[]> {
  const rows: Row[][] = []
  for (const some of chunksOf(sorted(ids), 5000)) rows.push(await all(sql(marks(some)), some))
  return rows.flat()
}

/** At most 500 at a time: what one statement, or one short transaction, takes. */
export function* chunksOf<T>(items: readonly T[], size = 500): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}

/** A row with this unique key exists; whoever can leave its row out catches it. */
export class DuplicateKeyError extends ScheduleError {
  constructor(cause: unknown) {
    super('CONFLICT', `The database has such a row already: ${messageOf(cause)}`, { cause })
  }
}
