import type { Command } from 'commander'
import type { CliContext } from '../context.js'
import { prepare, sayWhereDefaultIs } from '../prepare.js'
import { plural } from '../render/text.js'
import { themeOf } from '../render/theme.js'
import { writeJson } from '../write-json.js'

interface MigrateOptions {
  config?: string
  json?: boolean
}

export function registerMigrate(program: Command, context: CliContext): void {
  program
    .command('migrate')
    .description('create or update the tables; safe to run again, and beside `prisma migrate deploy`')
    .option('--json', 'print JSON')
    .action((_options: MigrateOptions, command: Command) => runMigrate(command.optsWithGlobals(), context))
}

async function runMigrate(options: MigrateOptions, context: CliContext): Promise<void> {
  const { environment } = await prepare(context, options.config === undefined ? {} : { config: options.config })
  sayWhereDefaultIs(environment, context)
  const { migrate } = await import('../../store/migrations.js')
  const applied = await migrate(environment.databaseUrl)
  if (options.json) writeJson(context.stdout, { applied })
  else context.stdout.write(render(applied, context))
}

function render(applied: readonly string[], context: CliContext): string {
  const theme = themeOf(context.stdout)
  const success = theme.green(theme.glyph('success'))
  if (applied.length === 0) return `${success} the database is up to date\n`
  return [`${success} ${plural(applied.length, 'migration')} applied`, ...applied.map((name) => `  ${name}`), ''].join(
    '\n',
  )
}
