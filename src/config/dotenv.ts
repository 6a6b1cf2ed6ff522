import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { ProblemsError } from '../errors.js'

/** Adds what the folder's `.env` holds to `variables`, never over one that is set (empty counts). Returns the names it added. */
export function applyDotenv(variables: Record<string, string | undefined>, folder: string): string[] {
  const found = Object.entries(parseEnv(readDotenv(folder)))
  const added = found.flatMap(([name, value]) =>
    variables[name] === undefined && value !== undefined ? [{ name, value }] : [],
  )
  for (const { name, value } of added) variables[name] = value
  return added.map(({ name }) => name)
}

function readDotenv(folder: string): string {
  const file = join(folder, '.env')
  try {
    // A byte order mark would become part of the first name.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
    // A Python virtual environment is often a folder of this name.
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return ''
    const fix = 'make it readable for the user that runs the command, or remove it'
    throw new ProblemsError('ENVIRONMENT_INVALID', 'the environment', [
      { path: file, message: `cannot be read (${code})`, fix },
    ])
  }
}
