import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../../src/errors.js'
import { missing } from './missing.js'
import { sharedFolder } from './shared-folder.js'

const SCRIPT = path.resolve(import.meta.dirname, '../../../shared/tools/real-mysql')
const PORT = '3309'

/**
 * Address of a genuine MySQL server, or null where there is none. The first call starts it and all others of the run read
 * its answer: global-setup.ts makes it, because two installations at once ruin each other.
 */
export function mysqlUrl(): string | null {
  const given = process.env['TEST_MYSQL_URL']
  if (given !== undefined) return given
  const answer = path.join(sharedFolder(), 'mysql-url')
  if (!existsSync(answer)) writeFileSync(answer, start() ?? '')
  return readFileSync(answer, 'utf8') || null
}

function start(): string | null {
  if (!existsSync(SCRIPT)) {
    process.stderr.write('tests skip MySQL: TEST_MYSQL_URL is not set\n')
    return null
  }
  try {
    return execFileSync(SCRIPT, ['start', PORT], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch (error) {
    missing('MySQL', messageOf(error))
    return null
  }
}
