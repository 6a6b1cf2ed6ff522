import type { JsonValue } from '../../domain/json.js'
import type { PassRow } from '../../domain/pass.js'
import { WHOLE_SLOT, type Attempt, type Run } from '../../domain/run.js'
import { renderBlock, renderDetails, type Detail } from './details.js'
import { reasonInWords, statusCell, statusPaint } from './status.js'
import { renderTable, type Column } from './table.js'
import { errorHeadline, oneLine, plural, printable } from './text.js'
import type { Theme } from './theme.js'
import { formatClock, formatDuration, formatInstantFully, formatOffset, formatRelative } from './time.js'

export interface RunDetailsView {
  run: Run
  /** The schedule's zone; null when the schedule is gone. */
  timezone: string | null
  /** The pass that holds it, or ran it last. */
  pass: PassRow | null
  now: Date
  /** The reader's. */
  zone: string
}

export function renderRunDetails(view: RunDetailsView, theme: Theme): string {
  const { run } = view
  return [
    `${headline(run, theme)}\n\n`,
    renderDetails(detailsOf(view), theme),
    renderAttempts(view, theme),
    renderBlock('Params', run.params === null ? null : pretty(run.params), theme),
    renderBlock('Error', run.error === null ? null : theme.red(printable(run.error)), theme),
    renderBlock('Output', run.output === null ? null : pretty(run.output), theme),
    renderBlock('Log', run.log === null ? null : printable(run.log), theme),
  ].join('')
}

function headline(run: Run, theme: Theme): string {
  const what = run.jobName === WHOLE_SLOT ? plural(run.slotCount, 'slot') : run.jobName
  const status = statusPaint(run.status, theme)(statusCell(run.status, theme).text)
  return `${status}  ${theme.bold(run.scheduleId)} ${theme.dim(theme.glyph('arrow'))} ${theme.bold(what)}`
}

function detailsOf(view: RunDetailsView): Detail[] {
  const { run, now } = view
  return [
    ['run', run.id],
    ['reason', run.reason === null ? null : `${reasonInWords(run.reason, run.status)} (${run.reason})`],
    ['slot', run.scheduledFor === null ? null : slotOf(run.scheduledFor, view)],
    ['slot here', run.scheduledFor === null ? null : slotHere(run.scheduledFor, view)],
    ['first slot', run.firstSlot === null || run.slotCount === 1 ? null : instantOf(run.firstSlot, view)],
    ['trigger', run.trigger.toLowerCase() + (run.requestedBy === null ? '' : ` by ${oneLine(run.requestedBy)}`)],
    ['recorded', run.startedAt === null ? instantOf(run.createdAt, view) : null],
    ['waits until', run.availableAt === null || run.availableAt <= now ? null : instantOf(run.availableAt, view)],
    ['started', run.startedAt === null ? null : `${instantOf(run.startedAt, view)}${latenessOf(run)}`],
    ['finished', run.finishedAt === null || run.startedAt === null ? null : instantOf(run.finishedAt, view)],
    ['took', run.durationMs === null ? null : formatDuration(run.durationMs)],
    ['progress', progressOf(run)],
    ['attempt', run.attempt === 0 || run.jobName === WHOLE_SLOT ? null : attemptOf(run)],
    ['cancel asked', run.cancelRequestedAt === null ? null : instantOf(run.cancelRequestedAt, view)],
    ['pass', view.pass === null ? null : passOf(view.pass)],
  ]
}

function slotOf(slot: Date, { timezone, zone, now }: RunDetailsView): string {
  const home = timezone ?? zone
  return `${formatInstantFully(slot, home)} ${home} (${formatRelative(slot, now)})`
}

/** The same for the reader, where clocks differ. */
function slotHere(slot: Date, { timezone, zone }: RunDetailsView): string | null {
  const isSame = timezone === null || formatOffset(slot, timezone) === formatOffset(slot, zone)
  return isSame ? null : `${formatInstantFully(slot, zone)} ${zone}`
}

function instantOf(at: Date, { now, zone }: RunDetailsView): string {
  return `${formatInstantFully(at, zone)} (${formatRelative(at, now)})`
}

function latenessOf({ scheduledFor, startedAt, trigger }: Run): string {
  if (scheduledFor === null || startedAt === null || trigger !== 'CRON') return ''
  const lateMs = startedAt.getTime() - scheduledFor.getTime()
  return lateMs < 1000 ? '' : `, ${formatDuration(lateMs)} after its slot`
}

function attemptOf({ attempt, maxAttempts, crashes }: Run): string {
  const count = `${attempt} of ${Math.max(maxAttempts, attempt)}`
  return crashes === 0 ? count : `${count}, ${crashes === 1 ? '1 crash' : `${crashes} crashes`}`
}

function progressOf({ progress, status }: Run): string | null {
  if (progress === null || status !== 'RUNNING') return null
  const percent = `${Math.floor(progress.fraction * 100)} %`
  return progress.note === null ? percent : `${percent}, ${oneLine(progress.note)}`
}

function passOf({ id, host, pid, kind }: PassRow): string {
  const what = { PASS: '', WORKER: ', a worker', MANUAL: ', started by hand' }[kind]
  return `${id} on ${oneLine(host)} (pid ${pid}${what})`
}

/** A single attempt says nothing that the run does not say. */
function renderAttempts({ run, zone }: RunDetailsView, theme: Theme): string {
  if (run.attempts.length < 2) return ''
  const columns: Column<Attempt>[] = [
    { header: '  #', cell: ({ number }) => `  ${number}` },
    { header: 'STATUS', cell: ({ status }) => statusCell(status, theme) },
    { header: 'STARTED', cell: ({ startedAt }) => formatClock(new Date(startedAt), zone) },
    {
      header: 'TOOK',
      cell: ({ durationMs }) => (durationMs === null ? '' : formatDuration(durationMs)),
      align: 'right',
    },
    { header: 'PASS', cell: ({ passId }) => (passId === null ? '' : String(passId)), align: 'right', priority: 1 },
    {
      header: 'ERROR',
      cell: ({ error }) => ({ text: errorHeadline(error ?? ''), paint: theme.red }),
      priority: 2,
      min: 20,
    },
  ]
  return `\n${theme.bold('Attempts')}\n${renderTable(columns, run.attempts, theme)}`
}

function pretty(value: JsonValue): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value, null, 2))
}
