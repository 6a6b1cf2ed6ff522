import { accessSync, constants, existsSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where transpiled configs are kept: in the nearest node_modules, else in a private temporary folder; null: nowhere. */
export function transpileCacheFolder(file: string): string | null {
  const modules = nearestModules(dirname(file))
  const shared = modules === null ? null : join(modules, '.cache', 'run-due-schedules')
  return shared !== null && isUsable(shared) ? shared : privateFolder()
}

function nearestModules(folder: string): string | null {
  const modules = join(folder, 'node_modules')
  if (existsSync(modules)) return modules
  const parent = dirname(folder)
  return parent === folder ? null : nearestModules(parent)
}

/** What is cached is executed: where others can write, only a folder that belongs to this user alone will do. */
function privateFolder(): string | null {
  const user = process.getuid?.()
  const folder = join(tmpdir(), `run-due-schedules-${user ?? 'cache'}`)
  if (!isUsable(folder)) return null
  const found = lstatSync(folder)
  const isOurs = user === undefined || (found.uid === user && (found.mode & 0o022) === 0)
  return found.isDirectory() && isOurs ? folder : null
}

function isUsable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
