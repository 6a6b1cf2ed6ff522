import { InvalidArgumentError, type Command } from 'commander'
import { RUN_STATUSES, type RunStatus } from '../../domain/run.js'
import type { RunQuery } from '../../queries/queries.js'
import type { CliContext } from '../context.js'
import { parseInstant } from '../parse-time.js'
import { renderRunList } from '../render/run-list.js'
import { themeOf } from '../render/theme.js'
import { withQueries, type ReadingRoom } from '../with-queries.js'
import { writeJson } from '../write-json.js'

interface RunsOptions {
  json?: boolean
  schedule?: string | string[]
  job?: string
  status?: RunStatus[]
  from?: string
  to?: string
  limit: number
  cursor?: string
}

export function registerRuns(program: Command, context: CliContext): void {
  program
    .command('runs')
    .description('history, newest first')
    .option('--schedule <id>', 'of this schedule')
    .option('--job <name>', 'of this job')
    .option('--status <list>', 'such as failed or failed,timed_out', parseStatuses)
    .option('--from <time>', 'recorded at or after this ISO date or instant')
    .option('--to <time>', 'recorded before this')
    .option('--limit <n>', 'at most this many (500)', parseLimit, 20)
    .option('--cursor <text>', 'the page after this `nextCursor` of --json')
    .option('--json', 'print JSON')
    .action((_options: RunsOptions, command: Command) =>
      withQueries(command, context, (room) => runs(room, context, command.optsWithGlobals())),
    )
}

async function runs({ queries, zone }: ReadingRoom, context: CliContext, options: RunsOptions): Promise<void> {
  const query = await queryOf(options, zone)
  const page = queries === null ? { runs: [], nextCursor: null } : await queries.listRuns(query)
  if (options.json === true) {
    writeJson(context.stdout, page)
    return
  }
  const now = queries === null ? context.clock.now() : await queries.now()
  const filtered = Object.keys(query).length > 1
  const view = { runs: page.runs, hasMore: page.nextCursor !== null, filtered, now, zone }
  context.stdout.write(renderRunList(view, themeOf(context.stdout)))
}

async function queryOf(options: RunsOptions, zone: string): Promise<RunQuery> {
  // The program's own --schedule is repeatable and may have taken this one.
  const [scheduleId] = [options.schedule ?? []].flat()
  return {
    limit: options.limit,
    ...(scheduleId === undefined ? {} : { scheduleId }),
    ...(options.job === undefined ? {} : { jobName: options.job }),
    ...(options.status === undefined ? {} : { statuses: options.status }),
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    ...(options.from === undefined ? {} : { from: await parseInstant('--from', options.from, zone) }),
    ...(options.to === undefined ? {} : { to: await parseInstant('--to', options.to, zone) }),
  }
}

/** Statuses in any case, also as they are shown: `timed out`. */
function parseStatuses(text: string): RunStatus[] {
  return text.split(',').map((word) => {
    const wanted = word
      .trim()
      .toUpperCase()
      .replaceAll(/[\s-]+/g, '_')
    const status = RUN_STATUSES.find((known) => known === wanted)
    if (status === undefined) throw new InvalidArgumentError(`'${word.trim()}' is none of ${RUN_STATUSES.join(', ')}.`)
    return status
  })
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    throw new InvalidArgumentError('Give a number from 1 to 500.')
  return limit
}
