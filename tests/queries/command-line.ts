import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { registerList } from '../../src/cli/commands/list.js'
import { registerNext } from '../../src/cli/commands/next.js'
import { registerRuns } from '../../src/cli/commands/runs.js'
import { registerShow } from '../../src/cli/commands/show.js'
import type { Output } from '../../src/cli/context.js'
import { systemClock } from '../../src/clock.js'

/** The commands that read, typed by a person in Berlin in a folder of their own. */
export interface CommandLine {
  folder: string
  run(...argv: string[]): Promise<string>
  json(...argv: string[]): Promise<unknown>
  writeConfig(text: string): Promise<void>
  remove(): Promise<void>
}

export async function commandLine(databaseUrl: string | undefined): Promise<CommandLine> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reading-'))
  const variables = { TZ: 'Europe/Berlin', ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }) }
  const run = async (...argv: string[]) => {
    const written: string[] = []
    const stdout: Output = { write: (text) => void written.push(text), isTTY: false, columns: 100, colors: false }
    const stderr: Output = { ...stdout, write: () => undefined }
    const context = { variables, cwd: folder, stdout, stderr, clock: systemClock, setExitCode: () => undefined }
    // The program's own options are those of a pass; some have the names of the commands' options.
    const program = new Command()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .option('--config <file>')
      .option('--json')
      .option('--schedule <id>', '', (id: string, ids: string[]) => [...ids, id], [])
    for (const register of [registerList, registerNext, registerRuns, registerShow]) register(program, context)
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
