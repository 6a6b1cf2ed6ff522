import type { Command } from 'commander'
import { ScheduleError } from '../../errors.js'
import type { Queries } from '../../queries/queries.js'
import type { Run } from '../../domain/run.js'
import type { CliContext } from '../context.js'
import { renderRunDetails } from '../render/run-details.js'
import { themeOf } from '../render/theme.js'
import { withQueries, type ReadingRoom } from '../with-queries.js'
import { writeJson } from '../write-json.js'

const WHOLE_ID = 36
const SHORTEST_ENDING = 8

export function registerShow(program: Command, context: CliContext): void {
  program
    .command('show')
    .description('one run: its attempts, error, output and log')
    .argument('<run>', 'id of a run, or its last 8 or more characters')
    .option('--json', 'print JSON')
    .action((id: string, _options: unknown, command: Command) =>
      withQueries(command, context, (room) => show(room, context, id, command.optsWithGlobals())),
    )
}

async function show(room: ReadingRoom, context: CliContext, id: string, options: { json?: boolean }): Promise<void> {
  const { queries, zone } = room
  if (queries === null) throw noSuchRun(id)
  const run = await findRun(queries, id.trim().toLowerCase())
  if (options.json === true) {
    writeJson(context.stdout, run)
    return
  }
  const schedule = await queries.getSchedule(run.scheduleId)
  const pass = run.passId === null ? null : await queries.getPass(run.passId)
  const view = { run, timezone: schedule?.timezone ?? null, pass, now: await queries.now(), zone }
  context.stdout.write(renderRunDetails(view, themeOf(context.stdout)))
}

async function findRun(queries: Queries, id: string): Promise<Run> {
  const ids = id.length === WHOLE_ID ? [id] : await findByEnding(queries, id)
  if (ids.length > 1) {
    throw new ScheduleError(
      'USAGE',
      `${ids.length} runs end with '${id}':\n${ids.map((match) => `  ${match}`).join('\n')}`,
      {
        fix: 'give more of the id',
      },
    )
  }
  const run = ids[0] === undefined ? null : await queries.getRun(ids[0])
  if (run === null) throw noSuchRun(id)
  return run
}

async function findByEnding(queries: Queries, ending: string): Promise<string[]> {
  if (/^[0-9a-f-]+$/.test(ending) && ending.length >= SHORTEST_ENDING) return queries.findRunIds(ending)
  throw new ScheduleError('USAGE', `'${ending}' is no id of a run`, {
    fix: `give the id, or at least its last ${SHORTEST_ENDING} characters: \`runs\` lists them`,
  })
}

function noSuchRun(id: string): ScheduleError {
  return new ScheduleError('RUN_NOT_FOUND', `no run '${id}'`, {
    fix: 'list runs with `run-due-schedules runs`',
  })
}
