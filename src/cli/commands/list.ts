import type { Command } from 'commander'
import type { Queries, ScheduleSummary } from '../../queries/queries.js'
import type { CliContext } from '../context.js'
import { describeCrons } from '../describe-cron.js'
import { renderNoSchedules } from '../render/no-schedules.js'
import { renderScheduleList, STRIP_WIDTH, type ScheduleListView } from '../render/schedule-list.js'
import { themeOf } from '../render/theme.js'
import { withQueries, type ReadingRoom } from '../with-queries.js'
import { writeJson } from '../write-json.js'

// Strips of more schedules than fit on a few screens are not worth their queries.
const MOST_STRIPS = 200

interface ListOptions {
  json?: boolean
  next?: boolean
}

export function registerList(program: Command, context: CliContext): void {
  program
    .command('list')
    .description('schedules: state, when, last outcome, next slot')
    .argument('[text]', 'only schedules whose id contains this')
    .option('--next', 'soonest slot first')
    .option('--json', 'print JSON')
    .action((text: string | undefined, _options: ListOptions, command: Command) =>
      withQueries(command, context, (room) => list(room, context, text, command.optsWithGlobals())),
    )
}

async function list(room: ReadingRoom, context: CliContext, text: string | undefined, options: ListOptions) {
  if (room.queries === null) {
    writeNothing(room, context, options)
    return
  }
  const view = await readView(room.queries, room, text, options)
  const { overview, total, schedules } = view
  if (options.json === true) {
    const { now, globalPause, lastPass } = overview
    writeJson(context.stdout, { now, globalPause, lastPass, total, schedules })
  } else {
    const theme = themeOf(context.stdout)
    context.stdout.write(schedules.length === 0 ? renderNothing(room, text) : renderScheduleList(view, theme))
  }
}

async function readView(
  queries: Queries,
  { environment, zone }: ReadingRoom,
  text: string | undefined,
  { json, next }: ListOptions,
): Promise<ScheduleListView> {
  const order = next === true ? 'next' : 'id'
  const [page, overview] = await Promise.all([
    queries.listSchedules({ order, ...(text === undefined ? {} : { search: text }) }),
    queries.overview(),
  ])
  const words = await describeCrons(page.schedules.map(({ cron }) => cron))
  const advice = await adviceOn(page.schedules, environment.pollIntervalMs)
  const schedules = page.schedules.map((schedule) => {
    const cronInWords = words.get(schedule.cron) ?? schedule.cron
    return { ...schedule, cronInWords, advice: advice.get(schedule.id) ?? null }
  })
  const ids = json === true || schedules.length > MOST_STRIPS ? [] : schedules.map(({ id }) => id)
  const slots = await queries.slots(ids, STRIP_WIDTH)
  return { schedules, total: page.total, overview, slots, pollIntervalMs: environment.pollIntervalMs, zone }
}

async function adviceOn(schedules: readonly ScheduleSummary[], pollIntervalMs: number): Promise<Map<string, string>> {
  const { adviseAll, isServed } = await import('../../calendar/advice.js')
  const shared = adviseAll(schedules.filter(isServed), pollIntervalMs)
  return new Map(shared.flatMap(({ advice, scheduleIds }) => scheduleIds.map((id) => [id, advice] as const)))
}

function writeNothing(room: ReadingRoom, context: CliContext, options: ListOptions): void {
  if (options.json === true) {
    writeJson(context.stdout, { now: context.clock.now(), globalPause: null, lastPass: null, total: 0, schedules: [] })
  } else {
    context.stdout.write(renderNoSchedules(room.config))
  }
}

function renderNothing({ config }: ReadingRoom, text: string | undefined): string {
  return text === undefined ? renderNoSchedules(config) : `no schedule's id contains '${text}'\n`
}
