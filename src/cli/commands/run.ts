import type { Command } from 'commander'
import type { CliContext } from '../context.js'
import { readMaxDuration, type PassOptions } from './pass.js'

export interface RunOptions extends PassOptions {
  job?: string
  params?: string
}

export function registerRun(program: Command, context: CliContext): void {
  program
    .command('run')
    .description('run the jobs of a schedule now, in this process; does not consume a slot')
    .argument('<id>', 'schedule')
    .option('--job <name>', 'only this job')
    .option('--params <json>', 'params of these runs, in place of those of the schedule')
    .option('--max-duration <duration>', "the process has exited by then, such as '50m'", readMaxDuration)
    .option('--json', 'print JSON')
    .option('--quiet', 'print failures only')
    .option('--verbose', 'print starts and waits too')
    .action(async (id: string, _options: RunOptions, command: Command) => {
      const { makeRun } = await import('../make-pass.js')
      await makeRun(id, command.optsWithGlobals<RunOptions>(), context)
    })
}
