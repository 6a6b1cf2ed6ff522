import { WHOLE_SLOT } from '../../domain/run.js'
import type { RunSummary } from '../../queries/queries.js'
import { renderFooter } from './footer.js'
import { reasonInWords, statusCell } from './status.js'
import { renderTable, type Cell, type Column } from './table.js'
import { errorHeadline, oneLine, plural } from './text.js'
import type { Theme } from './theme.js'
import { formatDuration, formatInstant, formatRelative } from './time.js'

export interface RunListView {
  runs: readonly RunSummary[]
  hasMore: boolean
  /** True when the list was narrowed: an empty one then means something else. */
  filtered: boolean
  now: Date
  /** The reader's. */
  zone: string
}

/** Enough of an id's end to tell runs apart; `show` finds the run by it. */
const SHORT_ID = 8
const WIDE_ENOUGH_FOR_IDS = 180

export function renderRunList(view: RunListView, theme: Theme): string {
  if (view.runs.length === 0) return view.filtered ? NO_MATCH : NO_RUNS
  const count = view.hasMore
    ? `newest ${plural(view.runs.length, 'run')}, more with --limit`
    : plural(view.runs.length, 'run')
  const parts = [count, `times in ${view.zone}`, '`show RUN` tells all of one']
  return `${renderTable(columnsOf(view, theme), view.runs, theme)}\n${renderFooter(parts, theme)}`
}

const NO_RUNS = 'no runs yet: a pass (`npx run-due-schedules`) runs what is due, `request ID` asks for a run\n'
const NO_MATCH = 'no run matches; fewer filters find more\n'

function columnsOf(view: RunListView, theme: Theme): Column<RunSummary>[] {
  const wide = theme.columns >= WIDE_ENOUGH_FOR_IDS
  return [
    { header: 'STATUS', cell: (run) => progressCell(run, theme) },
    { header: 'SCHEDULE', cell: ({ scheduleId }) => ({ text: scheduleId, paint: theme.bold }), min: 26 },
    { header: 'JOB', cell: (run) => jobCell(run, theme), min: 22 },
    { header: 'SLOT', cell: (run) => slotCell(run, view, theme), priority: 3 },
    { header: 'WHEN', cell: (run) => whenCell(run, view.now, theme), priority: 1 },
    { header: 'TOOK', cell: (run) => tookCell(run, view.now, theme), align: 'right', priority: 2 },
    { header: 'TRY', cell: tryOf, priority: 5 },
    { header: 'NOTE', cell: (run) => noteCell(run, view, theme), priority: 4, min: 16 },
    { header: 'RUN', cell: ({ id }) => ({ text: wide ? id : id.slice(-SHORT_ID), paint: theme.dim }) },
  ]
}

function progressCell({ status, progress }: RunSummary, theme: Theme): Cell {
  const cell = statusCell(status, theme)
  if (status !== 'RUNNING' || progress === null) return cell
  return { ...cell, text: `${cell.text} ${Math.floor(progress.fraction * 100)} %` }
}

function jobCell(run: RunSummary, theme: Theme): Cell {
  return run.jobName === WHOLE_SLOT ? { text: plural(run.slotCount, 'slot'), paint: theme.dim } : { text: run.jobName }
}

function slotCell(run: RunSummary, { now, zone }: RunListView, theme: Theme): Cell {
  if (run.scheduledFor === null) return { text: run.trigger.toLowerCase(), paint: theme.dim }
  return { text: formatInstant(run.scheduledFor, zone, now) }
}

function whenCell({ startedAt, createdAt }: RunSummary, now: Date, theme: Theme): Cell {
  return startedAt === null
    ? { text: formatRelative(createdAt, now), paint: theme.dim }
    : { text: formatRelative(startedAt, now) }
}

function tookCell(run: RunSummary, now: Date, theme: Theme): Cell {
  if (run.durationMs !== null) return { text: formatDuration(run.durationMs) }
  if (run.status !== 'RUNNING' || run.startedAt === null) return { text: '' }
  return { text: formatDuration(Math.max(0, now.getTime() - run.startedAt.getTime())), paint: theme.cyan }
}

function tryOf(run: RunSummary): string {
  if (run.attempt > 1) return `${run.attempt} of ${Math.max(run.maxAttempts, run.attempt)}`
  return ''
}

function noteCell(run: RunSummary, { now, zone }: RunListView, theme: Theme): Cell {
  return { text: notesOf(run, now, zone).join(', '), paint: run.error === null ? theme.dim : theme.red }
}

function notesOf(run: RunSummary, now: Date, zone: string): string[] {
  const notes: string[] = []
  if (run.reason !== null) notes.push(reasonInWords(run.reason, run.status))
  if (run.firstSlot !== null && run.slotCount > 1) notes.push(`from ${formatInstant(run.firstSlot, zone, now)}`)
  if (run.status === 'PENDING' && run.availableAt !== null && run.availableAt > now) {
    notes.push(`from ${formatInstant(run.availableAt, zone, now)} on`)
  }
  if (run.status === 'RUNNING' && run.progress?.note) notes.push(oneLine(run.progress.note))
  if (run.error !== null) notes.push(errorHeadline(run.error))
  if (run.requestedBy !== null) notes.push(`by ${oneLine(run.requestedBy)}`)
  return notes
}
