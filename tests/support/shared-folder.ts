import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** What the test files of a run share. Named by global-setup.ts; without it (an editor's single-file run) each process has its own. */
export function sharedFolder(): string {
  const known = process.env['TEST_SERVERS_FOLDER']
  if (known !== undefined) return known
  const own = mkdtempSync(path.join(tmpdir(), 'rds-tests-'))
  process.env['TEST_SERVERS_FOLDER'] = own
  process.once('exit', () => rmSync(own, { recursive: true, force: true }))
  return own
}
