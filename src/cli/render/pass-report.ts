import type { PassReport, ReportedRun } from '../../pass/report.js'
import { renderFooter } from './footer.js'
import { reasonInWords, statusGlyph, statusInWords, statusPaint } from './status.js'
import { oneLine, padEnd, padStart, plural, truncate } from './text.js'
import type { Paint, Theme } from './theme.js'
import { formatDuration } from '../../durations.js'
import { formatClock, formatInstant, formatRelative } from './time.js'

/** Longer ids and names are cut. */
export const WIDEST = { schedule: 24, job: 28 } as const

/** How the lines of one pass are laid out. */
export interface PassView {
  /** The zone of the person who reads. */
  zone: string
  /** Of the columns of schedules and jobs: what those of the config need. Ones made at run time may stand out. */
  scheduleWidth: number
  jobWidth: number
  now(): Date
}

/** `✓ nightly  backup-db  03:00  1.2 s`, and for a failure what went wrong, indented below. */
export function renderRunLine(run: ReportedRun, view: PassView, theme: Theme): string {
  const paint = statusPaint(run.status, theme)
  const cell = (text: string, width: number, widest: number): string =>
    padEnd(truncate(text, widest, theme.glyph('ellipsis')), Math.min(width, widest))
  const { schedule, job, showsSlot } = layoutOf(view, theme)
  const parts = [
    paint(statusGlyph(run.status, theme)),
    cell(run.scheduleId, view.scheduleWidth, schedule),
    theme.bold(cell(run.jobName, view.jobWidth, job)),
    ...(showsSlot ? [theme.dim(slotText(run, view))] : []),
    padStart(run.durationMs === null ? '' : formatDuration(run.durationMs), 9),
    paint(outcomeText(run)),
  ]
  const lines = [parts.join(' ').trimEnd()]
  if (run.error !== null) {
    const room = Math.max(theme.columns - 4, 20)
    lines.push(
      ...run.error
        .split('\n')
        .slice(0, 6)
        .map((line) => `    ${theme.dim(truncate(oneLine(line), room, theme.glyph('ellipsis')))}`),
    )
  }
  return `${lines.join('\n')}\n`
}

const NARROW = 72
const SLOT_WIDTH = 16
/** The cells of a line beside schedule, job and slot: glyph, duration, ` failed`. */
const BESIDE_NAMES = 20

/** How wide schedule and job may be for a line to fit; a narrow terminal shows no slots. */
function layoutOf(view: PassView, { columns }: Theme): { schedule: number; job: number; showsSlot: boolean } {
  const showsSlot = columns >= NARROW
  const room = Math.max(columns - BESIDE_NAMES - (showsSlot ? SLOT_WIDTH + 1 : 0), 12)
  const schedule = Math.min(WIDEST.schedule, room - Math.min(view.jobWidth, Math.floor(room / 2)))
  const job = Math.min(WIDEST.job, room - Math.min(view.scheduleWidth, schedule))
  return { schedule, job, showsSlot }
}

function slotText(run: ReportedRun, view: PassView): string {
  if (run.scheduledFor === null) return padEnd('manual', SLOT_WIDTH)
  const slot = new Date(run.scheduledFor)
  const now = view.now()
  const isToday = formatInstant(slot, view.zone, now).slice(0, 10) === formatInstant(now, view.zone, now).slice(0, 10)
  return padEnd(isToday ? formatClock(slot, view.zone) : formatInstant(slot, view.zone, now), SLOT_WIDTH)
}

function outcomeText(run: ReportedRun): string {
  const attempt = run.attempt > 1 ? ` (attempt ${run.attempt})` : ''
  if (run.status === 'COMPLETED') return attempt.trim()
  const reason = run.reason === null ? '' : `: ${reasonInWords(run.reason, run.status)}`
  return run.status === 'PENDING'
    ? `${reasonInWords(run.reason ?? 'retry', run.status)}${attempt}`
    : `${statusInWords(run.status)}${reason}${attempt}`
}

/** The last lines of a pass: what it did, and what comes next. */
export function renderSummary(report: PassReport, view: PassView, theme: Theme): string {
  const { pass } = report
  const isQuietPass = report.runs.length === 0
  const head = pass.id === null ? 'nothing checked' : `pass ${pass.id}`
  const facts = [...factsOf(report), formatDuration(pass.durationMs)].map((text) => ({ text, paint: unpainted }))
  return [
    isQuietPass ? '' : '\n',
    renderFooter([{ text: head, paint: theme.bold }, ...facts], theme),
    report.next === null ? '' : renderNext(report.next, view, theme),
  ].join('')
}

const unpainted: Paint = (text) => text

function factsOf({ pass, counts, runs }: PassReport): string[] {
  const facts: string[] = []
  if (runs.length === 0 && counts.due === 0 && pass.id !== null) facts.push('nothing due')
  const cancelled = runs.filter((run) => run.status === 'CANCELLED').length
  const ended = [
    [counts.completed, 'completed'],
    [counts.failed, 'failed'],
    [counts.timedOut, 'timed out'],
    [counts.abandoned, 'abandoned'],
    [counts.interrupted, 'interrupted'],
    [cancelled, 'cancelled'],
    [counts.deferred, 'deferred'],
  ] as const
  for (const [count, word] of ended) if (count > 0) facts.push(`${count} ${word}`)
  if (counts.skipped > 0) facts.push(`${counts.skipped} skipped`)
  if (counts.missed > 0) facts.push(`${plural(counts.missed, 'slot')} missed`)
  if (counts.locked > 0) facts.push(`${plural(counts.locked, 'schedule')} held by another pass`)
  return facts
}

/** `next: nightly Mon 30 Nov 03:00 (in 7 h)`, on one line. */
export function renderNext(
  next: NonNullable<PassReport['next']>,
  view: Pick<PassView, 'zone' | 'now'>,
  theme: Theme,
): string {
  const at = new Date(next.at)
  const now = view.now()
  const when = `${formatInstant(at, view.zone, now)} (${formatRelative(at, now)})`
  const room = Math.max(theme.columns - 'next:  '.length - when.length, 8)
  return `${theme.dim('next:')} ${truncate(next.scheduleId, room, theme.glyph('ellipsis'))} ${when}\n`
}
