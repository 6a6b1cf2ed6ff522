import { Command, CommanderError, type Option } from 'commander'
import { systemClock } from '../clock.js'
import { EXIT, ScheduleError } from '../errors.js'
import { VERSION } from '../version.js'
import type { CliContext } from './context.js'
import { registerPass, unknownCommand } from './commands/pass.js'
import { divertStdout } from './divert-stdout.js'
import { explainEarlyExit } from './early-exit.js'
import { reportError } from './report-error.js'
import { createOutput } from './streams.js'

type Register = (program: Command, context: CliContext) => void

/** Each subcommand with the module that brings it, loaded only when it is named: a pass must start light. */
const COMMANDS: Record<string, () => Promise<Register>> = {
  list: async () => (await import('./commands/list.js')).registerList,
  next: async () => (await import('./commands/next.js')).registerNext,
  runs: async () => (await import('./commands/runs.js')).registerRuns,
  show: async () => (await import('./commands/show.js')).registerShow,
  run: async () => (await import('./commands/run.js')).registerRun,
  request: async () => (await import('./commands/request.js')).registerRequest,
  cancel: async () => (await import('./commands/cancel.js')).registerCancel,
  pause: async () => (await import('./commands/pause.js')).registerPause,
  resume: async () => (await import('./commands/resume.js')).registerResume,
  backfill: async () => (await import('./commands/backfill.js')).registerBackfill,
  migrate: async () => (await import('./commands/migrate.js')).registerMigrate,
  prune: async () => (await import('./commands/prune.js')).registerPrune,
  doctor: async () => (await import('./commands/doctor.js')).registerDoctor,
  token: async () => (await import('./commands/token.js')).registerToken,
}

/** Runs the command line and answers its exit code; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok
  const context = createContext((code) => {
    exitCode = code
  })
  const json = argv.includes('--json')
  if (json) divertStdout()
  const ended = explainEarlyExit((error) => reportError(error, context, json))
  try {
    const program = await createProgram(argv, context)
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    const { explainUsage } = await import('./explain-usage.js')
    const explained = error instanceof CommanderError ? explainUsage(error, namedCommands(argv)) : error
    return reportError(explained, context, json)
  } finally {
    ended()
  }
  return exitCode
}

function createContext(setExitCode: (code: number) => void): CliContext {
  return {
    variables: process.env,
    cwd: process.cwd(),
    stdout: createOutput(process.stdout, process.env),
    stderr: createOutput(process.stderr, process.env),
    clock: systemClock,
    setExitCode,
  }
}

async function createProgram(argv: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command('run-due-schedules')
  program
    .description('Make one pass: run the scheduled jobs that are due, record what happened, exit.')
    .version(VERSION)
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(context.stdout.columns, 100),
      getErrHelpWidth: () => Math.min(context.stderr.columns, 100),
      getOutHasColors: () => context.stdout.colors,
      getErrHasColors: () => context.stderr.colors,
    })
    .helpCommand('help [command]', 'how to use a command')
  program.hook('preSubcommand', refuseOptionsOfAPass)
  registerPass(program, context)
  refuseHelpOnNothing(argv)
  for (const name of namedCommands(argv)) (await COMMANDS[name]?.())?.(program, context)
  for (const command of program.commands) {
    command.allowExcessArguments(false)
    const knows = command.options.some((option) => option.long === '--config')
    if (!knows) command.option('--config <file>', 'config file')
  }
  return program
}

/** commander would show the list of commands, without a word on why. */
function refuseHelpOnNothing([help, word]: readonly string[]): void {
  const names = Object.keys(COMMANDS)
  if (help !== 'help' || word === undefined || word.startsWith('-') || word === 'help') return
  if (!names.includes(word)) throw unknownCommand(word, names)
}

/** `--dry-run run ID` would run: what stands before a command is refused unless the command knows it too. */
function refuseOptionsOfAPass(program: Command, command: Command): void {
  const isShared = (option: Option): boolean =>
    command.options.some((own) => own.long === option.long && own.parseArg === option.parseArg)
  const given = program.options.filter((option) => program.getOptionValueSource(option.attributeName()) === 'cli')
  const foreign = given.find((option) => !isShared(option))
  if (foreign === undefined) return
  throw new ScheduleError(
    'USAGE',
    `'${command.name()}' does not know ${foreign.long ?? foreign.flags}, an option of a pass`,
    {
      fix: `options of '${command.name()}' come after it: run-due-schedules ${command.name()} --help`,
    },
  )
}

/** The subcommands that these words may mean: those named, or all where help or an unknown word asks for the list. */
function namedCommands(argv: readonly string[]): string[] {
  const all = Object.keys(COMMANDS)
  const named = all.filter((name) => argv.includes(name))
  const asksForList = argv.some((word) => word === '--help' || word === '-h' || word === 'help')
  if (named.length > 0 && !argv.includes('help')) return named
  return asksForList || argv.some((word) => !word.startsWith('-')) ? all : []
}
