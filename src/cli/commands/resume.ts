import type { Command } from 'commander'
import { quoted } from '../../commands/near-names.js'
import { resumeAll, resumeSchedules, type ResumedAll, type ResumedSchedule } from '../../commands/resume.js'
import type { GlobalPause } from '../../store/store.js'
import type { CliContext } from '../context.js'
import { plural } from '../render/text.js'
import { themeOf } from '../render/theme.js'
import { formatInstant, formatRelative } from '../render/time.js'
import { checkTargets } from '../targets.js'
import { withStore, type CommandRoom } from '../with-store.js'
import { writeJson } from '../write-json.js'

interface ResumeOptions {
  all?: boolean
  json?: boolean
}

export function registerResume(program: Command, context: CliContext): void {
  program
    .command('resume')
    .description('end a pause; slots that passed meanwhile stay skipped')
    .argument('[ids...]', 'schedules')
    .option('--all', 'end a pause of everything')
    .option('--json', 'print JSON')
    .action((ids: string[], _options: ResumeOptions, command: Command) =>
      withStore(command, context, (room) => resume(ids, command.optsWithGlobals(), context, room)),
    )
}

async function resume(ids: string[], options: ResumeOptions, context: CliContext, room: CommandRoom): Promise<void> {
  checkTargets('resume', ids, options.all === true)
  const { store, actor } = room
  if (options.all) {
    const all = await resumeAll(store, { actor })
    if (options.json) writeJson(context.stdout, allToJson(all))
    else context.stdout.write(renderAll(all, context))
    return
  }
  const resumed = await resumeSchedules(store, ids, { actor })
  const globalPause = await store.readGlobalPause()
  if (options.json) writeJson(context.stdout, { all: false, globalPause, resumed: resumed.map(toJson) })
  else context.stdout.write(render(resumed, globalPause, await store.now(), context))
}

function renderAll({ wasPaused, skippedSlots, stillPaused }: ResumedAll, context: CliContext): string {
  const theme = themeOf(context.stdout)
  const lines = wasPaused
    ? [`${theme.green(theme.glyph('success'))} ${theme.bold('everything')} goes on${skippedText(skippedSlots)}`]
    : [`${theme.dim(theme.glyph('skipped'))} nothing to resume: there is no pause of everything`]
  if (stillPaused.length > 0) {
    const ids = stillPaused.slice(0, 10).map((schedule) => schedule.id)
    const more = stillPaused.length > ids.length ? ` and ${stillPaused.length - ids.length} more` : ''
    lines.push(`Still paused one by one: ${quoted(ids, more === '' ? 'and' : null)}${more}; resume them by name.`)
  }
  return `${lines.join('\n')}\n`
}

function render(
  resumed: readonly ResumedSchedule[],
  globalPause: GlobalPause | null,
  now: Date,
  context: CliContext,
): string {
  const theme = themeOf(context.stdout)
  const lines = resumed.map(({ schedule, wasPaused, skippedSlots }) =>
    wasPaused
      ? `${theme.green(theme.glyph('success'))} ${theme.bold(schedule.id)} goes on${skippedText(skippedSlots)}${nextText(schedule, now)}`
      : `${theme.dim(theme.glyph('skipped'))} ${theme.bold(schedule.id)} was not paused: nothing changed`,
  )
  if (globalPause !== null && (globalPause.until === null || globalPause.until > now)) {
    lines.push(`${theme.yellow(theme.glyph('paused'))} Everything is paused, so nothing runs before \`resume --all\`.`)
  }
  return `${lines.join('\n')}\n`
}

function skippedText(slots: number): string {
  return slots === 0 ? '' : `; ${plural(slots, 'slot')} passed during the pause and will not run`
}

function nextText({ nextRunAt, timezone, orphaned }: ResumedSchedule['schedule'], now: Date): string {
  if (orphaned) return '; but no config defines it any more, so it does not run'
  if (nextRunAt === null) return '; it has no slots to come'
  return `; next slot ${formatInstant(nextRunAt, timezone, now)} ${timezone} (${formatRelative(nextRunAt, now)})`
}

function toJson({ schedule, wasPaused, skippedSlots }: ResumedSchedule): unknown {
  return {
    scheduleId: schedule.id,
    wasPaused,
    skippedSlots,
    nextRunAt: schedule.nextRunAt,
    orphaned: schedule.orphaned,
  }
}

function allToJson({ wasPaused, skippedSlots, stillPaused }: ResumedAll): unknown {
  return { all: true, wasPaused, skippedSlots, stillPaused: stillPaused.map((schedule) => schedule.id) }
}
