import type { Database } from '../database.js'
import type { GlobalPause, NewAuditEvent } from '../store.js'
import { writeAudit } from './audit.js'
import { readNow } from './now.js'
import { readPause } from './read-pause.js'

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
