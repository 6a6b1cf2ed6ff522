import type { Command } from 'commander'
import { backfillRuns, type Backfill } from '../../commands/backfill.js'
import { findSchedule } from '../../commands/find-schedules.js'
import type { CliContext } from '../context.js'
import { parseInstant } from '../parse-time.js'
import { plural } from '../render/text.js'
import { themeOf } from '../render/theme.js'
import { formatInstant } from '../render/time.js'
import { withStore, type CommandRoom } from '../with-store.js'
import { writeJson } from '../write-json.js'

/** Slots that are shown to a person at each end of a longer list. */
const SHOWN_AT_AN_END = 5

interface BackfillOptions {
  from: string
  to: string
  dryRun?: boolean
  json?: boolean
}

export function registerBackfill(program: Command, context: CliContext): void {
  program
    .command('backfill')
    .description('ask for runs of past slots that have none, oldest first')
    .argument('<id>', 'schedule')
    .requiredOption('--from <time>', "first slot, included: '2027-01-01' (in the schedule's zone) or an instant")
    .requiredOption('--to <time>', 'end of the period, excluded')
    .option('--dry-run', 'only show the slots')
    .option('--json', 'print JSON')
    .action((id: string, _options: BackfillOptions, command: Command) =>
      withStore(command, context, (room) => backfill(id, command.optsWithGlobals(), context, room)),
    )
}

async function backfill(id: string, options: BackfillOptions, context: CliContext, room: CommandRoom): Promise<void> {
  const { store, actor } = room
  const { timezone } = await findSchedule(store, id)
  const from = await parseInstant('--from', options.from, timezone)
  const to = await parseInstant('--to', options.to, timezone)
  const dryRun = options.dryRun === true
  const result = await backfillRuns(store, { scheduleId: id, from, to, dryRun, actor })
  if (options.json) writeJson(context.stdout, toJson(result, from, to, dryRun))
  else context.stdout.write(render(result, from, dryRun, await store.now(), context))
}

function render(result: Backfill, from: Date, dryRun: boolean, now: Date, context: CliContext): string {
  const theme = themeOf(context.stdout)
  const { schedule, slots, jobs } = result
  const lines = [headline(result, dryRun, theme.bold(schedule.id))]
  const show = (slot: Date): string => `  ${formatInstant(slot, schedule.timezone, now)}`
  if (slots.length <= 2 * SHOWN_AT_AN_END) lines.push(...slots.map(show))
  else {
    const hidden = slots.length - 2 * SHOWN_AT_AN_END
    lines.push(...slots.slice(0, SHOWN_AT_AN_END).map(show), theme.dim(`  ${theme.glyph('ellipsis')} ${hidden} more`))
    lines.push(...slots.slice(-SHOWN_AT_AN_END).map(show))
  }
  if (slots.length > 0) lines.push(`Times in ${schedule.timezone}; jobs of each slot: ${jobs.join(', ')}.`)
  if (slots.length > 0 && from < result.historyFrom) {
    const since = formatInstant(result.historyFrom, schedule.timezone, now)
    lines.push(`${theme.yellow(theme.glyph('warning'))} The history begins ${since}: what ran before it is not known.`)
  }
  return `${lines.join('\n')}\n`
}

function headline({ slots, slotsWithRun, runs, jobs }: Backfill, dryRun: boolean, name: string): string {
  const rest = slotsWithRun === 0 ? '' : ` (${plural(slotsWithRun, 'slot')} of the period ran already)`
  if (slots.length === 0) return `${name}: nothing to backfill${rest}`
  if (dryRun)
    return `${name}: would request ${plural(slots.length * jobs.length, 'run')} for ${plural(slots.length, 'slot')}${rest}`
  return `${name}: ${plural(runs.length, 'run')} requested for ${plural(slots.length, 'slot')}, oldest first${rest}`
}

function toJson(result: Backfill, from: Date, to: Date, dryRun: boolean): unknown {
  const { schedule, jobs, slots, slotsWithRun, runs, historyFrom } = result
  return {
    scheduleId: schedule.id,
    dryRun,
    from,
    to,
    jobs,
    slots,
    slotsWithRun,
    requestedRuns: runs.length,
    historyFrom,
  }
}
