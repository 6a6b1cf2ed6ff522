import { encodeJson } from '../columns.js'
import type { Statements } from '../database.js'
import type { NewAuditEvent } from '../store.js'

export async function writeAudit(
  { insertAll }: Statements,
  events: readonly NewAuditEvent[],
  now: Date,
): Promise<void> {
  await insertAll(
    'AuditEvent',
    events.map(({ actor, action, scheduleId, runId, detail }) => ({
      at: now,
      actor: actor.slice(0, 255),
      action,
      scheduleId,
      runId,
      detail: encodeJson(detail),
    })),
  )
}
