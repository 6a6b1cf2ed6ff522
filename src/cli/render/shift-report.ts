import type { ShiftedSlots, ShiftReport } from '../../calendar/shifts.js'
import { renderTable, type Column } from './table.js'
import { plural } from './text.js'
import type { Theme } from './theme.js'
import { formatInstant, formatOffset } from './time.js'

export interface ScheduleShifts {
  scheduleId: string
  timezone: string
  shifts: ShiftReport
}

export interface ShiftReportView {
  schedules: readonly ScheduleShifts[]
  from: Date
  to: Date
  now: Date
}

interface Row extends ShiftedSlots {
  scheduleId: string
  timezone: string
  effect: keyof ShiftReport
}

/** What clock changes do to slots in a period: one line per schedule, change and effect. */
export function renderShiftReport(view: ShiftReportView, theme: Theme): string {
  const period = `${day(view.from)} to ${day(view.to)}`
  const rows = view.schedules.flatMap(rowsOf).sort((a, b) => a.changeAt.getTime() - b.changeAt.getTime())
  if (rows.length === 0)
    return `no clock change touches a slot of ${plural(view.schedules.length, 'schedule')}, ${period}\n`
  return `clock changes that touch slots, ${period}\n\n${renderTable(columnsOf(view, theme), rows, theme)}`
}

function columnsOf({ now }: ShiftReportView, theme: Theme): Column<Row>[] {
  return [
    { header: 'CLOCK CHANGE', cell: ({ changeAt, timezone }) => formatInstant(changeAt, timezone, now) },
    {
      header: '',
      cell: ({ changeMinutes }) => ({ text: changeOf(changeMinutes), paint: theme.dim }),
      align: 'right',
      priority: 2,
    },
    { header: 'SCHEDULE', cell: ({ scheduleId }) => ({ text: scheduleId, paint: theme.bold }), min: 12 },
    { header: 'SLOTS', cell: slotsOf, min: 16 },
    { header: 'EFFECT', cell: (row) => ({ text: effectOf(row, now), paint: theme.yellow }), min: 20 },
    { header: 'ZONE', cell: ({ timezone }) => ({ text: timezone, paint: theme.dim }), priority: 1 },
  ]
}

function rowsOf({ scheduleId, timezone, shifts }: ScheduleShifts): Row[] {
  const effects = ['shifted', 'doubled', 'dropped'] as const
  return effects.flatMap((effect) => shifts[effect].map((slots) => ({ ...slots, scheduleId, timezone, effect })))
}

function slotsOf({ count, first, last }: Row): string {
  const time = (wall: string) => wall.slice(11)
  return count === 1 ? time(first) : `${count}, ${time(first)} to ${time(last)}`
}

function effectOf({ effect, count, runsAt, timezone }: Row, now: Date): string {
  if (effect === 'dropped') return 'skipped by the change'
  if (effect === 'doubled') return count === 1 ? 'runs twice' : 'run twice'
  const at =
    runsAt === null
      ? 'right after'
      : `at ${formatInstant(runsAt, timezone, now).slice(-5)} ${formatOffset(runsAt, timezone)}`
  return count === 1 ? `runs ${at}` : `run once, ${at}`
}

function changeOf(minutes: number): string {
  const size = Math.abs(minutes)
  const text = size % 60 === 0 ? `${size / 60} h` : `${size} min`
  return `${minutes > 0 ? '+' : '-'}${text}`
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
