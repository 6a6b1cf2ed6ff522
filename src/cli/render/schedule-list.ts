import type { Overview, PauseOfAll, ScheduleSummary, SlotOutcome } from '../../queries/queries.js'
import { overdueSince } from '../../queries/overdue.js'
import { renderFooter, type Part } from './footer.js'
import { stateGlyph, statePaint, statusGlyph, statusPaint } from './status.js'
import { stripCell } from './strip.js'
import { renderTable, type Cell, type Column } from './table.js'
import { errorHeadline, oneLine, plural } from './text.js'
import type { Theme } from './theme.js'
import { formatInstant, formatRelative } from './time.js'

export interface ListedSchedule extends ScheduleSummary {
  /** `At 03:00`; the expression itself where it cannot be put into words. */
  cronInWords: string
  /** What the interval of passes makes of its slots; null or absent: each gets its own pass, on time. */
  advice?: string | null
}

export interface ScheduleListView {
  schedules: readonly ListedSchedule[]
  total: number
  overview: Overview
  slots: ReadonlyMap<string, readonly SlotOutcome[]>
  pollIntervalMs: number
  /** The reader's. */
  zone: string
}

/** Slots in a strip. */
export const STRIP_WIDTH = 20

export function renderScheduleList(view: ScheduleListView, theme: Theme): string {
  const notices = noticesOf(view, theme).map((notice) => `${notice}\n`)
  const head = notices.length === 0 ? '' : `${notices.join('')}\n`
  return `${head}${renderTable(columnsOf(view, theme), view.schedules, theme)}\n${renderFooter(footerOf(view, theme), theme)}`
}

function columnsOf(view: ScheduleListView, theme: Theme): Column<ListedSchedule>[] {
  const { now } = view.overview
  return [
    { header: '', cell: ({ state }) => ({ text: stateGlyph(state, theme), paint: statePaint(state, theme) }) },
    { header: 'SCHEDULE', cell: ({ id }) => ({ text: id, paint: theme.bold }), min: 28 },
    { header: 'STATE', cell: ({ state }) => ({ text: state, paint: statePaint(state, theme) }), priority: 5 },
    { header: 'WHEN', cell: ({ cronInWords }) => cronInWords, priority: 1, min: 16 },
    { header: 'ZONE', cell: ({ timezone }) => ({ text: timezone, paint: theme.dim }), priority: 4 },
    { header: 'JOBS', cell: (schedule) => ({ text: jobsOf(schedule), paint: theme.dim }), priority: 7, min: 12 },
    { header: 'NEXT', cell: (schedule) => nextCell(schedule, now, theme) },
    { header: 'AT', cell: (schedule) => atCell(schedule, view, theme), priority: 3 },
    { header: 'LAST', cell: (schedule) => lastCell(schedule, now, theme) },
    {
      header: 'SLOTS',
      cell: ({ id }) => stripCell(view.slots.get(id) ?? [], STRIP_WIDTH, theme),
      align: 'right',
      priority: 2,
    },
    { header: 'NOTE', cell: (schedule) => noteCell(schedule, theme), priority: 6, min: 20 },
  ]
}

function jobsOf(schedule: ListedSchedule): string {
  if (schedule.executionMode === 'ALL_JOBS') return 'all jobs'
  if (schedule.executionMode === 'JOB_GROUP') return `group ${schedule.jobGroup ?? ''}`
  return (schedule.jobNames ?? []).join(', ')
}

/** The next slot in relative time, or why there is none. */
function nextCell(schedule: ListedSchedule, now: Date, theme: Theme): Cell {
  const { state } = schedule
  const at = wakesAt(schedule)
  if (state === 'paused')
    return { text: at === null ? 'paused' : `paused, ${formatRelative(at, now)}`, paint: theme.yellow }
  if (state === 'orphaned') return { text: state, paint: theme.yellow }
  if (at === null) return { text: state === 'ended' ? 'no more' : '', paint: theme.dim }
  return at > now ? { text: formatRelative(at, now) } : { text: `due ${formatRelative(at, now)}`, paint: theme.cyan }
}

function atCell(schedule: ListedSchedule, { overview, zone }: ScheduleListView, theme: Theme): Cell {
  const at = wakesAt(schedule)
  return { text: at === null ? '' : formatInstant(at, zone, overview.now), paint: theme.dim }
}

/** The next slot that runs; of a pause without an end none. */
function wakesAt({ state, enabled, nextRunAt, pausedUntil }: ListedSchedule): Date | null {
  if (state === 'orphaned') return null
  if (enabled) return state === 'paused' ? null : nextRunAt
  return pausedUntil === null ? null : laterOf(nextRunAt, pausedUntil)
}

function laterOf(a: Date | null, b: Date): Date {
  return a !== null && a > b ? a : b
}

function lastCell(
  { lastStatus, lastRunAt, lastFinishedSlotAt, consecutiveFailures }: ListedSchedule,
  now: Date,
  theme: Theme,
): Cell {
  const at = lastRunAt ?? lastFinishedSlotAt
  const when = at === null ? 'not yet' : formatRelative(at, now)
  if (lastStatus === null) return { text: when, paint: theme.dim }
  const inARow = consecutiveFailures > 1 ? ` ${theme.glyph('times')}${consecutiveFailures}` : ''
  return { text: `${statusGlyph(lastStatus, theme)} ${when}${inARow}`, paint: statusPaint(lastStatus, theme) }
}

function noteCell(schedule: ListedSchedule, theme: Theme): Cell {
  if (!schedule.enabled && schedule.pausedReason !== null)
    return { text: oneLine(schedule.pausedReason), paint: theme.yellow }
  if (schedule.orphaned) return { text: 'no config defines it any more', paint: theme.dim }
  if (schedule.lastError !== null && schedule.consecutiveFailures > 0)
    return { text: errorHeadline(schedule.lastError), paint: theme.red }
  const remarks = [schedule.advice ?? [], schedule.description ?? []].flat()
  return { text: oneLine(remarks.join('; ')), paint: theme.dim }
}

function noticesOf({ overview, pollIntervalMs, zone }: ScheduleListView, theme: Theme): string[] {
  const notices: string[] = []
  const overdue = overdueSince(overview, pollIntervalMs)
  if (overview.globalPause !== null) notices.push(theme.yellow(pauseNotice(overview.globalPause, overview.now, zone)))
  if (overdue !== null) {
    const text = `no pass since ${formatInstant(overdue, zone, overview.now)} (${formatRelative(overdue, overview.now)}): is the platform's cron running?`
    notices.push(theme.yellow(`${theme.glyph('warning')} ${text}`))
  }
  return notices
}

function pauseNotice(pause: PauseOfAll, now: Date, zone: string): string {
  const until =
    pause.until === null ? 'until `run-due-schedules resume --all`' : `until ${formatInstant(pause.until, zone, now)}`
  return `everything is paused ${until}${pause.reason === null ? '' : `: ${oneLine(pause.reason)}`}`
}

function footerOf({ schedules, total, overview, zone }: ScheduleListView, theme: Theme): Part[] {
  const { failing, paused } = overview.schedules
  return [
    schedules.length < total ? `${schedules.length} of ${plural(total, 'schedule')}` : plural(total, 'schedule'),
    ...(failing > 0 ? [{ text: `${failing} failing`, paint: theme.red }] : []),
    ...(paused > 0 ? [{ text: `${paused} paused`, paint: theme.yellow }] : []),
    lastPassOf(overview),
    `times in ${zone}`,
  ]
}

function lastPassOf({ lastPass, now }: Overview): string {
  if (lastPass === null) return 'no pass yet'
  return lastPass.status === 'RUNNING' ? 'a pass is running' : `last pass ${formatRelative(lastPass.startedAt, now)}`
}
