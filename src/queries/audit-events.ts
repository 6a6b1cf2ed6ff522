import { pageSize, type Client, type Database } from './database.js'
import { toRowId } from './passes.js'
import type { AuditPage, AuditQuery } from './queries.js'
import { toAuditEvent } from './rows.js'

export async function listAuditEvents({ client }: Database, query: AuditQuery = {}): Promise<AuditPage> {
  const limit = pageSize(query.limit, 50, 500)
  const scheduleId = query.scheduleId === undefined ? await scheduleOf(client, query.runId) : query.scheduleId
  const rows = await client.auditEvent.findMany({
    where: {
      ...(scheduleId === undefined ? {} : { scheduleId }),
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

/** What was done with a run is found by its schedule, which has an index. */
async function scheduleOf(client: Client, runId: string | undefined): Promise<string | undefined> {
  if (runId === undefined) return undefined
  const run = await client.jobRun.findUnique({ where: { id: runId }, select: { scheduleId: true } })
  return run?.scheduleId
}
