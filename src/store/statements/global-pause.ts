import { instantOf, requiredInstant } from '../columns.js'
import type { Database, Row } from '../database.js'
import type { GlobalPause, NewAuditEvent } from '../store.js'
import { writeAudit } from './audit.js'
import { readNow } from './now.js'

export async function readGlobalPause(database: Database): Promise<GlobalPause | null> {
  return database.direct(async ({ all }) =>
    readPause((await all("SELECT value FROM RunnerSetting WHERE name = 'pause'"))[0]),
  )
}

export async function setGlobalPause(
  database: Database,
  pause: GlobalPause | null,
  audit: NewAuditEvent,
): Promise<void> {
  await database.transaction(async (statements) => {
    const now = await readNow(statements)
    await statements.run("DELETE FROM RunnerSetting WHERE name = 'pause'")
    if (pause !== null)
      await statements.insertAll('RunnerSetting', [{ name: 'pause', value: JSON.stringify(pause), updatedAt: now }])
    await writeAudit(statements, [audit], now)
  })
}

/** The row of RunnerSetting as a pause. */
export function readPause(row: Row | undefined): GlobalPause | null {
  const value: unknown = typeof row?.['value'] === 'string' ? JSON.parse(row['value']) : null
  if (typeof value !== 'object' || value === null) return null
  const { at, reason, until } = value as Record<string, unknown>
  return { at: requiredInstant(at), reason: typeof reason === 'string' ? reason : null, until: instantOf(until) }
}
