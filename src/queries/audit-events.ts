import { pageSize, type Database } from './database.js'
import { toRowId } from './passes.js'
import type { AuditPage, AuditQuery } from './queries.js'
import { toAuditEvent } from './rows.js'

export async function listAuditEvents({ client }: Database, query: AuditQuery = {}): Promise<AuditPage> {
  const limit = pageSize(query.limit, 50, 500)
  const rows = await client.auditEvent.findMany({
    where: {
      ...(query.scheduleId === undefined ? {} : { scheduleId: query.scheduleId }),
      ...(query.action === undefined ? {} : { action: query.action }),
      ...(query.runId === undefined ? {} : { runId: query.runId }),
      ...(query.cursor === undefined ? {} : { id: { lt: toRowId(query.cursor) } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = rows.slice(0, limit)
  return { events: page.map(toAuditEvent), nextCursor: rows.length > limit ? String(page.at(-1)?.id) : null }
}
