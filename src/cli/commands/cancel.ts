import type { Command } from 'commander'
import { cancelRun, type CancelledRun } from '../../commands/cancel.js'
import { ScheduleError } from '../../errors.js'
import type { CliContext } from '../context.js'
import { themeOf } from '../render/theme.js'
import { withStore } from '../with-store.js'
import { writeJson } from '../write-json.js'

const UUID_LENGTH = 36

export function registerCancel(program: Command, context: CliContext): void {
  program
    .command('cancel')
    .description('take back a request, or ask a running run to stop')
    .argument('<run-id>', 'the run, as `runs` and `request` show it')
    .option('--json', 'print JSON')
    .action((runId: string, _options: unknown, command: Command) =>
      withStore(command, context, async ({ store, environment, actor }) => {
        const cancelled = await cancelRun(store, await wholeRunId(runId, environment.databaseUrl), actor)
        if (command.optsWithGlobals<{ json?: boolean }>().json) writeJson(context.stdout, toJson(cancelled))
        else context.stdout.write(`${render(cancelled, context)}\n`)
      }),
    )
}

/** Narrow lists show only how an id ends; the end of an id is enough here too. Throws USAGE when it fits several runs. */
async function wholeRunId(typed: string, databaseUrl: string): Promise<string> {
  if (typed.length === UUID_LENGTH || typed === '') return typed
  const { openQueries } = await import('../../queries/open-queries.js')
  const queries = await openQueries(databaseUrl)
  try {
    const [found = typed, ...others] = await queries.findRunIds(typed)
    if (others.length === 0) return found
    throw new ScheduleError('USAGE', `${others.length + 1} runs have an id that ends with '${typed}'`, {
      fix: 'type more of the id; `runs --json` shows it whole',
    })
  } finally {
    await queries.close()
  }
}

function render({ outcome, run }: CancelledRun, context: CliContext): string {
  const theme = themeOf(context.stdout)
  const name = `${theme.bold(`${run.scheduleId}/${run.jobName}`)} ${theme.dim(run.id)}`
  switch (outcome) {
    case 'cancelled':
      return `${theme.green(theme.glyph('cancelled'))} ${name}: cancelled, it will not run`
    case 'requested':
      return `${theme.yellow(theme.glyph('cancelled'))} ${name}: asked to stop; its pass sees this at its next heartbeat`
    case 'ended':
      return `${theme.dim(theme.glyph('ended'))} ${name}: nothing to cancel, it had ended`
  }
}

function toJson({ outcome, run }: CancelledRun): unknown {
  return { runId: run.id, scheduleId: run.scheduleId, jobName: run.jobName, outcome }
}
