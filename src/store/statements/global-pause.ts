import { encodeJson } from '../columns.js'
import type { Database } from '../database.js'
import type { GlobalPause, NewAuditEvent } from '../store.js'
import { writeAudit } from './audit.js'
import { repeatWhenDuplicate } from './duplicates.js'
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
  // Two that set one at the same moment both find none to replace: the later one then replaces the other's.
  await repeatWhenDuplicate(() =>
    database.transaction(async (statements) => {
      const now = await readNow(statements)
      await statements.run("DELETE FROM RunnerSetting WHERE name = 'pause'")
      if (pause !== null)
        await statements.insertAll('RunnerSetting', [{ name: 'pause', value: encodeJson(pause), updatedAt: now }])
      await writeAudit(statements, [audit], now)
    }),
  )
}

export async function endGlobalPause(database: Database, pause: GlobalPause, audit: NewAuditEvent): Promise<boolean> {
  return database.transaction(async (statements) => {
    const sql = `SELECT value FROM RunnerSetting WHERE name = 'pause'${statements.dialect.forUpdate}`
    const stored = readPause((await statements.all(sql))[0])
    if (stored === null || !isSame(stored, pause)) return false
    const now = await readNow(statements)
    await statements.run("DELETE FROM RunnerSetting WHERE name = 'pause'")
    await writeAudit(statements, [audit], now)
    return true
  })
}

function isSame(one: GlobalPause, other: GlobalPause): boolean {
  return (
    one.at.getTime() === other.at.getTime() &&
    one.reason === other.reason &&
    one.until?.getTime() === other.until?.getTime()
  )
}
