import { Command } from 'commander'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/clock.js'
import { registerBackfill } from '../../src/cli/commands/backfill.js'
import { registerCancel } from '../../src/cli/commands/cancel.js'
import { registerMigrate } from '../../src/cli/commands/migrate.js'
import { registerPause } from '../../src/cli/commands/pause.js'
import { registerPrune } from '../../src/cli/commands/prune.js'
import { registerRequest } from '../../src/cli/commands/request.js'
import { registerResume } from '../../src/cli/commands/resume.js'
import type { CliContext, Output } from '../../src/cli/context.js'

const COMMANDS = [
  registerBackfill,
  registerCancel,
  registerMigrate,
  registerPause,
  registerPrune,
  registerRequest,
  registerResume,
]

/** The command line as a person types it, in an empty folder. */
export interface CommandLine {
  folder: string
  /** Resolves to what stdout got. */
  run(...argv: string[]): Promise<string>
  json(...argv: string[]): Promise<unknown>
  writeConfig(text: string): Promise<void>
  remove(): Promise<void>
}

export async function commandLine(databaseUrl: string): Promise<CommandLine> {
  const folder = await mkdtemp(path.join(tmpdir(), 'commands-'))
  const run = async (...argv: string[]): Promise<string> => {
    const [stdout, written] = memoryOutput()
    const [stderr] = memoryOutput()
    const variables = { DATABASE_URL: databaseUrl, TZ: 'Europe/Berlin' }
    const context: CliContext = {
      variables,
      cwd: folder,
      stdout,
      stderr,
      clock: systemClock,
      setExitCode: () => undefined,
    }
    const program = new Command('run-due-schedules')
      .exitOverride()
      .option('--config <file>')
      .configureOutput({ writeErr: () => undefined })
    for (const register of COMMANDS) register(program, context)
    await program.parseAsync(argv, { from: 'user' })
    return written.join('')
  }
  return {
    folder,
    run,
    json: async (...argv) => JSON.parse(await run(...argv, '--json')) as unknown,
    writeConfig: (text) => writeFile(path.join(folder, 'schedules.config.mjs'), text),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

function memoryOutput(): [Output, string[]] {
  const written: string[] = []
  return [{ write: (text) => void written.push(text), isTTY: false, columns: 100, colors: false }, written]
}
