import path from 'node:path'
import type { PauseOfAll } from '../../queries/queries.js'
import { isActive, type ComingSlot, type Timetabled } from '../coming-slots.js'
import { renderTable, type Column } from './table.js'
import { plural } from './text.js'
import type { Theme } from './theme.js'
import { formatInstant, formatOffset, formatRelativeToTheMinute } from './time.js'

export interface NextSlotsView {
  slots: readonly ComingSlot[]
  /** Set where one was asked for. */
  schedule: (Timetabled & { cronInWords: string; advice: string | null }) | null
  globalPause: PauseOfAll | null
  /** Paused and orphaned schedules, whose slots are not listed. */
  idleSchedules: number
  /** Set while there is no database: the config file whose schedules these are. */
  configFile: string | null
  now: Date
  /** The reader's. */
  zone: string
}

export function renderNextSlots(view: NextSlotsView, theme: Theme): string {
  const head = [...headOf(view, theme), ...noticesOf(view, theme)].map((line) => `${line}\n`).join('')
  if (view.slots.length === 0) return `${head}${NOTHING_COMES}`
  const columns = columnsOf(view, theme)
  const foot = footOf(view)
    .map((line) => `${theme.dim(line)}\n`)
    .join('')
  return `${head}${head === '' ? '' : '\n'}${renderTable(columns, view.slots, theme)}${foot === '' ? '' : '\n'}${foot}`
}

const NOTHING_COMES = 'nothing comes: no schedule has a slot ahead (`npx run-due-schedules list` shows why)\n'

function columnsOf({ schedule, slots, now, zone }: NextSlotsView, theme: Theme): Column<ComingSlot>[] {
  const isElsewhere = slots.some((slot) => formatOffset(slot.at, slot.timezone) !== formatOffset(slot.at, zone))
  // Where the schedule or its reader lives by UTC, one of their columns says it.
  const isFarFromUtc = [(at: ComingSlot) => at.timezone, () => zone].every((zoneOf) =>
    slots.some((slot) => formatOffset(slot.at, zoneOf(slot)) !== '+00:00'),
  )
  const home = schedule?.timezone ?? 'ITS ZONE'
  return [
    {
      header: 'NEXT',
      cell: (slot) => ({ text: whenOf(slot, now), paint: slot.dueSlots > 0 ? theme.cyan : undefined }),
    },
    ...(schedule === null
      ? [
          {
            header: 'SCHEDULE',
            cell: ({ scheduleId }: ComingSlot) => ({ text: scheduleId, paint: theme.bold }),
            min: 12,
          },
        ]
      : []),
    {
      header: home,
      cell: (slot) => `${formatInstant(slot.at, slot.timezone, now)} ${formatOffset(slot.at, slot.timezone)}`,
    },
    ...(schedule === null
      ? [{ header: 'ZONE', cell: ({ timezone }: ComingSlot) => ({ text: timezone, paint: theme.dim }), priority: 2 }]
      : []),
    { header: `HERE (${zone})`, cell: (slot) => (isElsewhere ? formatInstant(slot.at, zone, now) : ''), priority: 1 },
    { header: 'UTC', cell: (slot) => (isFarFromUtc ? formatInstant(slot.at, 'UTC', now) : ''), priority: 2 },
    { header: 'NOTE', cell: (slot) => ({ text: noteOf(slot), paint: theme.yellow }), priority: 1, min: 36 },
  ]
}

function whenOf({ at, dueSlots }: ComingSlot, now: Date): string {
  const relative = formatRelativeToTheMinute(at, now)
  return dueSlots > 0 ? `due ${relative}` : relative
}

function noteOf({ dueSlots, shift }: ComingSlot): string {
  const due = dueSlots > 1 ? [`${dueSlots} slots are due`] : []
  return [...due, ...(shift === null ? [] : [shift.note])].join('; ')
}

function headOf({ schedule }: NextSlotsView, theme: Theme): string[] {
  if (schedule === null) return []
  const { id, cron, cronInWords, timezone } = schedule
  const words = cronInWords === cron ? [] : [`${cronInWords}, ${timezone}`]
  return [`${theme.bold(id)}  ${theme.dim(cron)}`, ...words]
}

function noticesOf({ schedule, globalPause, now, zone }: NextSlotsView, theme: Theme): string[] {
  const warn = (text: string) => theme.yellow(`${theme.glyph('paused')} ${text}`)
  if (globalPause !== null) {
    const until = globalPause.until === null ? '' : ` until ${formatInstant(globalPause.until, zone, now)}`
    return [warn(`everything is paused${until}: slots are skipped meanwhile`)]
  }
  if (schedule === null || isActive(schedule)) return []
  if (schedule.state === 'orphaned') return [warn('no config defines it any more: it does not run')]
  if (schedule.pausedUntil === null) return [warn('paused: these slots are skipped unless it is resumed')]
  return [warn(`paused until ${formatInstant(schedule.pausedUntil, zone, now)}`)]
}

function footOf({ schedule, idleSchedules, configFile }: NextSlotsView): string[] {
  return [
    ...(idleSchedules === 0 ? [] : [`${plural(idleSchedules, 'schedule')} left out: paused, or in no config any more`]),
    ...(schedule === null || schedule.advice === null ? [] : [schedule.advice]),
    ...(configFile === null ? [] : [`as ${path.basename(configFile)} defines them: no pass has been made yet`]),
  ]
}
