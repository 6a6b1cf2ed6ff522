import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ProblemsError } from '../../src/errors.js'
import { onTestFinished } from 'vitest'

/** A temporary folder with these files and an empty node_modules (so that caches stay inside), removed after the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'schedules-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** What `act` throws, which must be a list of problems. */
export async function problemsOf(act: () => unknown): Promise<ProblemsError> {
  try {
    await act()
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}
