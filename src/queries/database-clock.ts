import type { Database } from './database.js'
import { sql } from './sql.js'

/** The database's now, as the store reads it. */
export async function readNow({ client, engine }: Database): Promise<Date> {
  const statement =
    engine === 'mysql'
      ? sql`SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%fZ') AS now`
      : sql`SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now`
  const rows = await client.$queryRaw<{ now: string }[]>(statement)
  const now = rows[0]?.now
  if (now === undefined) throw new Error('the database did not tell the time')
  return new Date(now)
}
