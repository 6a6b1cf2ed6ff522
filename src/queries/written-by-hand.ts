import { instantOf } from '../store/columns.js'
import type { Database } from './database.js'
import { join, sql } from './sql.js'

interface WithNext {
  id: string
  nextRunAt: Date | null
}

/** People set `nextRunAt` by hand, and SQLite takes any text: what the driver cannot read of it is read as passes read it. */
export async function readByHand<Row extends WithNext>({ client }: Database, rows: readonly Row[]): Promise<Row[]> {
  const odd = rows.filter(({ nextRunAt }) => nextRunAt !== null && Number.isNaN(nextRunAt.getTime()))
  if (odd.length === 0) return [...rows]
  const found = await client.$queryRaw<{ id: string; written: string }[]>(sql`
    SELECT \`id\`, CAST(\`nextRunAt\` AS CHAR) AS \`written\` FROM \`JobSchedule\` WHERE \`id\` IN (${join(odd.map(({ id }) => id))})`)
  const written = new Map(found.map((row) => [row.id, instantOf(row.written)]))
  return rows.map((row) => (odd.includes(row) ? { ...row, nextRunAt: written.get(row.id) ?? null } : row))
}
