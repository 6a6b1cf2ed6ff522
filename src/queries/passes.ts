import type { PassRow } from '../domain/pass.js'
import { pageSize, type Database } from './database.js'
import type { PassPage, PassQuery } from './queries.js'
import { toPass } from './rows.js'

export async function listPasses({ client }: Database, query: PassQuery = {}): Promise<PassPage> {
  const limit = pageSize(query.limit, 50, 500)
  const statuses = query.statuses ?? []
  const rows = await client.runnerPass.findMany({
    where: {
      ...(query.kind === undefined ? {} : { kind: query.kind }),
      ...(statuses.length === 0 ? {} : { status: { in: [...statuses] } }),
      ...(query.cursor === undefined ? {} : { id: { lt: toRowId(query.cursor) } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = rows.slice(0, limit)
  return { passes: page.map(toPass), nextCursor: rows.length > limit ? String(page.at(-1)?.id) : null }
}

export async function getPass({ client }: Database, id: number): Promise<PassRow | null> {
  const row = await client.runnerPass.findUnique({ where: { id } })
  return row === null ? null : toPass(row)
}

/** A cursor that is no number is from elsewhere: it finds nothing. */
export function toRowId(cursor: string): number {
  return /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0
}
