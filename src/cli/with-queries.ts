import type { Command } from 'commander'
import type { Config } from '../config/config.js'
import type { Environment } from '../config/environment.js'
import { ScheduleError } from '../errors.js'
import type { Queries } from '../queries/queries.js'
import type { CliContext } from './context.js'
import { prepare } from './prepare.js'
import { localZone } from './render/time.js'

/** What a command that reads works with. */
export interface ReadingRoom {
  /** Null: there is no database yet. */
  queries: Queries | null
  environment: Environment
  config: Config | null
  /** The zone of the person who reads. */
  zone: string
}

/**
 * Opens the database for a command that reads, and closes it whatever happens. Where there is no database yet `work`
 * is called without one: always for SQLite, which the first pass creates, for MySQL only if `offline` is allowed.
 */
export async function withQueries(
  command: Command,
  context: CliContext,
  work: (room: ReadingRoom) => Promise<void>,
  { offline = false }: { offline?: boolean } = {},
): Promise<void> {
  const { config: configPath } = command.optsWithGlobals<{ config?: string }>()
  const { environment, config } = await prepare(context, configPath === undefined ? {} : { config: configPath })
  const room = { environment, config, zone: localZone(context.variables) }
  try {
    await withDatabase(environment.databaseUrl, (queries) => work({ ...room, queries }))
  } catch (error) {
    const isMissing = error instanceof ScheduleError && error.code === 'DATABASE_NOT_MIGRATED'
    const mayBeMissing = offline || environment.databaseUrl.startsWith('file:')
    if (!isMissing || !mayBeMissing || !(await isEmpty(environment.databaseUrl))) throw error
    await work({ ...room, queries: null })
  }
}

/** True before the first migration; a database that only lacks the newest ones has content and must not look empty. */
async function isEmpty(databaseUrl: string): Promise<boolean> {
  const { pendingMigrations } = await import('../store/migrations.js')
  const { listMigrations } = await import('../store/migration-files.js')
  const all = await listMigrations(databaseUrl.startsWith('file:') ? 'sqlite' : 'mysql')
  return (await pendingMigrations(databaseUrl)).length === all.length
}

async function withDatabase(databaseUrl: string, work: (queries: Queries) => Promise<void>): Promise<void> {
  const { openQueries } = await import('../queries/open-queries.js')
  const queries = await openQueries(databaseUrl)
  try {
    await work(queries)
  } finally {
    await queries.close()
  }
}
