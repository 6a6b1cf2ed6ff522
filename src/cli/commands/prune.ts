import type { Command } from 'commander'
import { pruneHistory } from '../../commands/prune.js'
import type { Config } from '../../config/config.js'
import { ScheduleError } from '../../errors.js'
import type { Pruned } from '../../store/store.js'
import type { CliContext } from '../context.js'
import { durationOption } from '../duration-option.js'
import { plural } from '../render/text.js'
import { themeOf } from '../render/theme.js'
import { withStore } from '../with-store.js'
import { writeJson } from '../write-json.js'

/** Without a config: what a config that says nothing keeps. */
const DEFAULT_RETENTION: Config['retention'] = { runs: 100, runsOlderThanMs: null, passesOlderThanMs: 30 * 86_400_000 }

interface PruneOptions {
  keep?: string
  /** Milliseconds. */
  olderThan?: number
  /** Milliseconds. */
  passesOlderThan?: number
  dryRun?: boolean
  json?: boolean
}

export function registerPrune(program: Command, context: CliContext): void {
  program
    .command('prune')
    .description('delete old history; what the options leave open is the retention of the config')
    .option('--keep <n>', 'newest runs kept per schedule and outcome')
    .option(
      '--older-than <duration>',
      "delete runs that ended longer ago than this: '90d'",
      durationOption('--older-than'),
    )
    .option(
      '--passes-older-than <duration>',
      'delete passes that started longer ago than this',
      durationOption('--passes-older-than'),
    )
    .option('--dry-run', 'only count')
    .option('--json', 'print JSON')
    .action((_options: PruneOptions, command: Command) =>
      withStore(command, context, async ({ store, config, actor }) => {
        const options = command.optsWithGlobals<PruneOptions>()
        const dryRun = options.dryRun === true
        const pruned = await pruneHistory(store, { ...limitsOf(options, config), dryRun, actor })
        if (options.json) writeJson(context.stdout, { dryRun, ...pruned })
        else context.stdout.write(render(pruned, dryRun, context))
      }),
    )
}

function limitsOf(
  options: PruneOptions,
  config: Config | null,
): {
  keepRuns: number | null
  runsOlderThanMs: number | null
  passesOlderThanMs: number | null
} {
  const retention = config?.retention ?? DEFAULT_RETENTION
  return {
    keepRuns: options.keep === undefined ? retention.runs : parseCount(options.keep),
    runsOlderThanMs: options.olderThan ?? retention.runsOlderThanMs,
    passesOlderThanMs: options.passesOlderThan ?? retention.passesOlderThanMs,
  }
}

function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count
  throw new ScheduleError('USAGE', `--keep: '${text}' is no count`, { fix: 'give a whole number, such as --keep 100' })
}

function render({ runs, passes, auditEvents }: Pruned, dryRun: boolean, context: CliContext): string {
  const theme = themeOf(context.stdout)
  const what = `${plural(runs, 'run')}, ${passes.toLocaleString('en-US')} ${passes === 1 ? 'pass' : 'passes'}, ${plural(auditEvents, 'audit event')}`
  if (runs + passes + auditEvents === 0) return `${theme.dim(theme.glyph('success'))} nothing to prune\n`
  return dryRun ? `Would delete ${what}.\n` : `${theme.green(theme.glyph('success'))} deleted ${what}\n`
}
