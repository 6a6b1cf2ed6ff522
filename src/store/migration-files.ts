import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ScheduleError } from '../errors.js'

export interface Migration {
  name: string
  script: string
  /** SHA-256 of the file, in hex, as Prisma records it. */
  checksum: string
}

/** A row of `_prisma_migrations`. */
export interface MigrationRow {
  migration_name: string
  checksum: string
  finished_at: unknown
  rolled_back_at: unknown
  logs: string | null
}

/** The names of an engine's migrations, in the order in which they apply. */
export async function listMigrations(engine: 'mysql' | 'sqlite'): Promise<string[]> {
  const entries = await readdir(folderOf(engine), { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

export async function readMigration(engine: 'mysql' | 'sqlite', name: string): Promise<Migration> {
  const script = await readFile(path.join(folderOf(engine), name, 'migration.sql'), 'utf8')
  return { name, script, checksum: createHash('sha256').update(script).digest('hex') }
}

/** Which of these are still to be applied. Throws DATABASE_FAILED when one of them had failed half-way. */
export function pendingOf(names: readonly string[], rows: readonly MigrationRow[]): string[] {
  const known = rows.filter((row) => names.includes(row.migration_name) && row.rolled_back_at === null)
  const failed = known.find((row) => row.finished_at === null)
  if (failed !== undefined) throw failedEarlier(failed)
  const applied = new Set(known.map((row) => row.migration_name))
  return names.filter((name) => !applied.has(name))
}

/** Throws DATABASE_FAILED when an applied migration's file is not the one that was applied. */
export async function refuseEdited(engine: 'mysql' | 'sqlite', rows: readonly MigrationRow[]): Promise<void> {
  const names = new Set(await listMigrations(engine))
  for (const row of rows.filter((row) => names.has(row.migration_name) && row.rolled_back_at === null)) {
    const { script, checksum } = await readMigration(engine, row.migration_name)
    const otherLineEnds = script.includes('\r\n') ? script.replaceAll('\r\n', '\n') : script.replaceAll('\n', '\r\n')
    if (![checksum, createHash('sha256').update(otherLineEnds).digest('hex')].includes(row.checksum)) {
      throw new ScheduleError(
        'DATABASE_FAILED',
        `The migration ${row.migration_name} was edited after it had been applied`,
        {
          fix: 'Restore the file as it was (reinstall the package) and put the change into a migration of its own.',
        },
      )
    }
  }
}

function failedEarlier(row: MigrationRow): ScheduleError {
  const logs = row.logs === null || row.logs === '' ? '' : `: ${row.logs.trim()}`
  return new ScheduleError('DATABASE_FAILED', `The migration ${row.migration_name} failed half-way earlier${logs}`, {
    fix:
      'Undo what it had done, then set rolled_back_at of its row in _prisma_migrations ' +
      `(npx prisma@7 migrate resolve --rolled-back ${row.migration_name}) and migrate again.`,
  })
}

function folderOf(engine: 'mysql' | 'sqlite'): string {
  return path.join(packageRoot(), 'prisma', engine === 'sqlite' ? 'sqlite/migrations' : 'migrations')
}

// The code runs from src/store and, bundled, from dist: the migrations lie in the nearest folder above that has them.
function packageRoot(): string {
  // Bundled once more, as CommonJS, a file has no address.
  const here = import.meta.url as string | undefined
  let folder = path.dirname(here === undefined ? process.execPath : fileURLToPath(here))
  while (!existsSync(path.join(folder, 'prisma/sqlite/migrations'))) {
    const parent = path.dirname(folder)
    if (parent === folder) {
      throw new ScheduleError('DATABASE_FAILED', 'The migrations of run-due-schedules were not found', {
        fix: 'Leave run-due-schedules out of your bundle (external), so that it runs from node_modules.',
      })
    }
    folder = parent
  }
  return folder
}
