import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stopMariadbIn } from './mariadb.js'
import { mysqlUrl } from './mysql.js'
import { wantedEngines } from './servers.js'

/** Gives all test files one place to share servers; those that were started end with the run. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rds-tests-'))
  process.env['TEST_SERVERS_FOLDER'] = folder
  process.env['TEST_SERVERS_OWNER'] = String(process.pid)
  if (wantedEngines().includes('mysql')) mysqlUrl()
  return async () => {
    const mariadb = await readFile(path.join(folder, 'mariadb-folder'), 'utf8').catch(() => null)
    if (mariadb !== null) await stopMariadbIn(mariadb)
    await rm(folder, { recursive: true, force: true })
  }
}
