import { parseDatabaseUrl } from './database-url.js'

/**
 * Brings the database up to date and returns the names of the migrations that were applied, recorded in
 * `_prisma_migrations` as `prisma migrate deploy` would. Creates a MySQL database that does not exist.
 * Throws DATABASE_UNREACHABLE, or DATABASE_FAILED naming the migration and the statement.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const target = parseDatabaseUrl(databaseUrl)
  if (target.engine === 'mysql') return (await import('./mysql/migrate.js')).migrateMysql(target)
  return (await import('./sqlite/migrate.js')).migrateSqlite(target)
}

/** The names of the migrations that `migrate` would apply; reads only. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const target = parseDatabaseUrl(databaseUrl)
  if (target.engine === 'mysql') return (await import('./mysql/migrate.js')).pendingOnMysql(target)
  return (await import('./sqlite/migrate.js')).pendingOnSqlite(target)
}
