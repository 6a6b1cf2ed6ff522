import type { Config } from '../config/config.js'
import type { Environment } from '../config/environment.js'
import { messageOf } from '../errors.js'
import { prepareDatabase } from '../program/prepare.js'
import type { CliContext } from './context.js'
import { themeOf } from './render/theme.js'

/** What commands other than a pass work with. A config that cannot be read is a warning: they can do without it. */
export async function prepare(
  context: CliContext,
  options: { config?: string },
): Promise<{ environment: Environment; config: Config | null }> {
  const request = { cwd: context.cwd, variables: context.variables, configFile: options.config }
  return await prepareDatabase(request, (error) => {
    warn(context, `going on without the config, which cannot be used: ${messageOf(error)}`)
  })
}

/** For commands that write: the database may not be the one that was meant. */
export function sayWhereDefaultIs({ databaseIsDefault, databaseUrl }: Environment, context: CliContext): void {
  if (databaseIsDefault) warn(context, defaultDatabaseNotice(databaseUrl))
}

export function defaultDatabaseNotice(databaseUrl: string): string {
  return `DATABASE_URL is not set: using the embedded SQLite file ${databaseUrl.slice('file:'.length)}`
}

function warn({ stderr }: CliContext, message: string): void {
  const theme = themeOf(stderr)
  stderr.write(`${theme.yellow(theme.glyph('warning'))} ${message}\n`)
}
