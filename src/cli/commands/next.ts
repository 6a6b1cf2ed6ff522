import { InvalidArgumentError, type Command } from 'commander'
import { agenda, comingSlots, isActive, type ComingSlot, type Timetabled } from '../coming-slots.js'
import type { CliContext } from '../context.js'
import { describeCrons } from '../describe-cron.js'
import { renderNoSchedules } from '../render/no-schedules.js'
import { renderNextSlots } from '../render/next-slots.js'
import { renderShiftReport, type ScheduleShifts } from '../render/shift-report.js'
import { themeOf, type Theme } from '../render/theme.js'
import { isoInZone } from '../render/time.js'
import { readTimetables, type Timetables } from '../timetables.js'
import { withQueries, type ReadingRoom } from '../with-queries.js'
import { writeJson } from '../write-json.js'

interface NextOptions {
  json?: boolean
  count: number
  year?: number | true
}

const YEAR_MS = 365 * 86_400_000

export function registerNext(program: Command, context: CliContext): void {
  program
    .command('next')
    .description('coming slots, of one schedule or of all')
    .argument('[id]', 'schedule')
    .option('--count <n>', 'this many slots', parseCount, 10)
    .option('--year [year]', 'what clock changes do to slots, in the coming 12 months or in a year', parseYear)
    .option('--json', 'print JSON')
    .action((id: string | undefined, _options: NextOptions, command: Command) =>
      withQueries(command, context, (room) => next(room, context, id, command.optsWithGlobals()), { offline: true }),
    )
}

async function next(
  room: ReadingRoom,
  context: CliContext,
  id: string | undefined,
  options: NextOptions,
): Promise<void> {
  const timetables = await readTimetables(room, context.clock, id)
  if (options.year !== undefined) {
    await reportShifts(timetables, context, options.year, options.json === true)
    return
  }
  const { now, schedules } = timetables
  const [asked] = id === undefined ? [] : schedules
  const slots = await (asked === undefined
    ? agenda(schedules, now, options.count)
    : comingSlots(asked, now, options.count))
  if (options.json === true) writeSlots(timetables, slots, room.zone, context)
  else context.stdout.write(await renderSlots(timetables, slots, asked, room, themeOf(context.stdout)))
}

async function renderSlots(
  { now, schedules, globalPause }: Timetables,
  slots: readonly ComingSlot[],
  asked: Timetabled | undefined,
  { queries, config, zone, environment }: ReadingRoom,
  theme: Theme,
): Promise<string> {
  if (schedules.length === 0) return renderNoSchedules(config)
  const view = {
    slots,
    schedule: asked === undefined ? null : await introduce(asked, environment.pollIntervalMs),
    globalPause,
    idleSchedules: asked === undefined ? schedules.filter((schedule) => !isActive(schedule)).length : 0,
    configFile: queries === null ? (config?.file ?? null) : null,
    now,
    zone,
  }
  return renderNextSlots(view, theme)
}

async function introduce(schedule: Timetabled, pollIntervalMs: number) {
  const { cadenceAdvice } = await import('../../calendar/advice.js')
  const words = await describeCrons([schedule.cron])
  const advice = isActive(schedule) && schedule.state !== 'ended' ? cadenceAdvice(schedule, pollIntervalMs) : null
  return { ...schedule, cronInWords: words.get(schedule.cron) ?? schedule.cron, advice }
}

function writeSlots(
  { now, source, globalPause }: Timetables,
  slots: ComingSlot[],
  zone: string,
  context: CliContext,
): void {
  const shown = slots.map(({ scheduleId, timezone, at, dueSlots, shift }) => {
    return { scheduleId, timezone, at, inZone: isoInZone(at, timezone), local: isoInZone(at, zone), dueSlots, shift }
  })
  writeJson(context.stdout, { now, source, localTimezone: zone, globalPause, slots: shown })
}

async function reportShifts(
  { now, schedules }: Timetables,
  context: CliContext,
  year: number | true,
  json: boolean,
): Promise<void> {
  const { yearReport } = await import('../../calendar/shifts.js')
  const from = year === true ? now : new Date(Date.UTC(year, 0, 1))
  const to = year === true ? new Date(now.getTime() + YEAR_MS) : new Date(Date.UTC(year + 1, 0, 1))
  const shifts = schedules.map(({ id, cron, timezone, startsAt, endsAt }): ScheduleShifts => {
    const begin = startsAt !== null && startsAt > from ? startsAt : from
    const end = endsAt !== null && endsAt < to ? endsAt : to
    return { scheduleId: id, timezone, shifts: yearReport(cron, timezone, begin, end) }
  })
  if (json) writeJson(context.stdout, { now, from, to, schedules: shifts })
  else context.stdout.write(renderShiftReport({ schedules: shifts, from, to, now }, themeOf(context.stdout)))
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new InvalidArgumentError('Give a number from 1 to 1000.')
  return count
}

function parseYear(text: string): number {
  const year = Number(text)
  if (!/^\d{4}$/.test(text) || year < 1970) throw new InvalidArgumentError('Give a year, such as 2027.')
  return year
}
