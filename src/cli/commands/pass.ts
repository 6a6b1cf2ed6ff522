import { Option, type Command } from 'commander'
import { nearest } from '../../config/nearest.js'
import { ScheduleError } from '../../errors.js'
import type { CliContext } from '../context.js'
import { durationOption } from '../duration-option.js'

export interface PassOptions {
  dryRun?: boolean
  json?: boolean
  config?: string
  schedule?: string[]
  concurrency?: number
  /** Milliseconds. */
  maxDuration?: number
  failOn?: ('failed' | 'deferred')[]
  quiet?: boolean
  verbose?: boolean
}

/** The command without a subcommand: one pass, or with `--dry-run` its plan. */
export function registerPass(program: Command, context: CliContext): void {
  program
    .option('--dry-run', 'print the plan: what would run and why; writes nothing at all')
    .option('--json', 'one JSON document on stdout, everything else on stderr')
    .option(
      '--config <file>',
      'config file (default: SCHEDULES_CONFIG, else schedules.config.ts, .mts, .js or .mjs here)',
    )
    .option('--schedule <id>', 'only this schedule (repeatable)', collect)
    .option('--concurrency <n>', 'runs at once', wholeNumber)
    .option('--max-duration <duration>', "the process has exited by then, such as '50m'", readMaxDuration)
    .addOption(
      new Option('--fail-on <list>', 'what makes the exit code 1: failed, deferred, none')
        .argParser(failOn)
        .default(undefined, 'failed'),
    )
    .option('--quiet', 'print failures only')
    .option('--verbose', 'print starts and waits too')
    .addHelpText('after', EXIT_CODES)
    .allowExcessArguments()
    .action(async (options: PassOptions, command: Command) => {
      refuseWords(command)
      const { makePass, printPlan } = await import('../make-pass.js')
      await (options.dryRun === true ? printPlan(options, context) : makePass(options, context))
    })
}

const EXIT_CODES = `
Exit codes:
  0              done; also: nothing due, switched off, paused, others at work
  1              at least one run failed (see --fail-on)
  2              usage or configuration
  3              database unreachable, not migrated, or lost for good
  129, 130, 143  stopped by SIGHUP, SIGINT, SIGTERM
`

export const readMaxDuration = durationOption('--max-duration')

/** A pass takes no words: one that is there was meant as a command. */
function refuseWords({ args: [word], commands }: Command): void {
  if (word === undefined) return
  throw unknownCommand(
    word,
    commands.map((command) => command.name()),
  )
}

export function unknownCommand(word: string, names: readonly string[]): ScheduleError {
  const meant = nearest(word, names)
  return new ScheduleError('USAGE', `there is no command '${word}'`, {
    fix: meant === null ? `commands are ${names.join(', ')}` : `did you mean '${meant}'?`,
  })
}

function collect(id: string, ids: string[] | undefined): string[] {
  return [...(ids ?? []), id]
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value
  throw new ScheduleError('USAGE', `--concurrency must be a whole number from 1 to 1000, not '${text}'`)
}

function failOn(text: string): ('failed' | 'deferred')[] {
  const words = text.split(',').map((word) => word.trim())
  const known = words.filter((word) => word === 'failed' || word === 'deferred')
  if (text.trim() === 'none') return []
  if (known.length === words.length) return known
  throw new ScheduleError('USAGE', `--fail-on takes failed, deferred or none, not '${text}'`, {
    fix: 'write --fail-on failed,deferred',
  })
}
