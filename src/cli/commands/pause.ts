import type { Command } from 'commander'
import { pauseAll, pauseSchedules } from '../../commands/pause.js'
import type { Schedule } from '../../domain/schedule.js'
import type { GlobalPause } from '../../store/store.js'
import type { CliContext } from '../context.js'
import { parseUntil } from '../parse-time.js'
import { oneLine } from '../render/text.js'
import { themeOf } from '../render/theme.js'
import { formatInstant, formatRelative } from '../render/time.js'
import { checkTargets } from '../targets.js'
import { withStore, type CommandRoom } from '../with-store.js'
import { writeJson } from '../write-json.js'

interface PauseOptions {
  all?: boolean
  reason?: string
  until?: string
  json?: boolean
}

export function registerPause(program: Command, context: CliContext): void {
  program
    .command('pause')
    .description('stop schedules: slots that pass meanwhile are skipped')
    .argument('[ids...]', 'schedules')
    .option('--all', 'everything, schedules to come included')
    .option('--reason <text>', 'why; shown wherever the schedule is')
    .option('--until <time>', "wake by itself: '2027-01-31T09:00Z', '18:30' or '2h'")
    .option('--json', 'print JSON')
    .action((ids: string[], _options: PauseOptions, command: Command) =>
      withStore(command, context, (room) => pause(ids, command.optsWithGlobals(), context, room)),
    )
}

async function pause(ids: string[], options: PauseOptions, context: CliContext, room: CommandRoom): Promise<void> {
  checkTargets('pause', ids, options.all === true)
  const { store, actor, zone } = room
  const now = await store.now()
  const until = options.until === undefined ? null : await parseUntil(options.until, now, zone)
  const terms = { reason: options.reason ?? null, until, actor }
  if (options.all) {
    const all = await pauseAll(store, terms)
    if (options.json) writeJson(context.stdout, { all: true, until: all.until, reason: all.reason, paused: [] })
    else context.stdout.write(renderAll(all, now, zone, context))
    return
  }
  const paused = await pauseSchedules(store, ids, terms)
  if (options.json) writeJson(context.stdout, { all: false, until, reason: terms.reason, paused: paused.map(toJson) })
  else context.stdout.write(paused.map((schedule) => renderOne(schedule, now, zone, context)).join(''))
}

function renderAll(pause: GlobalPause, now: Date, zone: string, context: CliContext): string {
  const theme = themeOf(context.stdout)
  const end = pause.until === null ? 'until `run-due-schedules resume --all`' : untilText(pause.until, now, zone)
  const why = pause.reason === null ? '' : `: ${oneLine(pause.reason)}`
  return `${theme.yellow(theme.glyph('paused'))} ${theme.bold('everything')} is paused ${end}${why}\n`
}

function renderOne(schedule: Schedule, now: Date, zone: string, context: CliContext): string {
  const theme = themeOf(context.stdout)
  const { pausedUntil, pausedReason, nextRunAt } = schedule
  const end =
    pausedUntil === null ? `until \`run-due-schedules resume ${schedule.id}\`` : untilText(pausedUntil, now, zone)
  const why = pausedReason === null ? '' : `: ${oneLine(pausedReason)}`
  const next =
    nextRunAt === null ? '' : `; next slot ${formatInstant(nextRunAt, schedule.timezone, now)} ${schedule.timezone}`
  return `${theme.yellow(theme.glyph('paused'))} ${theme.bold(schedule.id)} is paused ${end}${next}${why}\n`
}

function untilText(until: Date, now: Date, zone: string): string {
  return `until ${formatInstant(until, zone, now)} (${formatRelative(until, now)})`
}

function toJson({ id, pausedReason, pausedUntil, nextRunAt, orphaned }: Schedule): unknown {
  return { scheduleId: id, reason: pausedReason, until: pausedUntil, nextRunAt, orphaned }
}
