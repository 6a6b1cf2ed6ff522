import type { DryRunReport } from '../../pass/report.js'
import type { Output } from '../context.js'
import { renderNext, type PassView } from './pass-report.js'
import { renderTable, type Cell, type Column } from './table.js'
import { plural, wrap } from './text.js'
import { themeOf, type Theme } from './theme.js'
import { formatInstant } from './time.js'

type Plan = DryRunReport['plan'][number]

/** The plan of a pass for people: each schedule's decision and why, waiting runs, definitions to be written. */
export function renderDryRun(report: DryRunReport, view: PassView, output: Output): string {
  const theme = themeOf(output)
  const sections = [
    `${theme.bold('dry run')} ${theme.glyph('separator')} nothing is written\n`,
    planSection(report, view, theme),
    runsSection(report, view, theme),
    definitionsSection(report, theme),
    report.next === null ? '' : renderNext(report.next, view, theme),
    cadenceSection(report, theme),
    report.notes.map((note) => `${theme.yellow(theme.glyph('warning'))} ${note}\n`).join(''),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

function planSection({ plan }: DryRunReport, view: PassView, theme: Theme): string {
  if (plan.length === 0) return 'No schedule is due.\n'
  const columns: Column<Plan>[] = [
    { header: 'schedule', cell: (row) => row.scheduleId, min: 12 },
    { header: 'decision', cell: (row) => decisionCell(row, theme) },
    { header: 'slots', cell: (row) => slotsText(row, view), min: 12 },
    { header: 'jobs', cell: (row) => row.jobs.join(', '), priority: 1, min: 8 },
    { header: 'why', cell: (row) => ({ text: row.reason, paint: theme.dim }), min: 16 },
  ]
  return renderTable(columns, plan, theme)
}

function decisionCell({ decision }: Plan, theme: Theme): Cell {
  const paints = { run: theme.green, skip: theme.yellow, wait: theme.yellow, locked: theme.cyan, paused: theme.dim }
  return { text: decision, paint: paints[decision] }
}

function slotsText({ slots, missed, writeOffs = [] }: Plan, view: PassView): string {
  const [first, ...others] = slots
  const run = first === undefined ? '' : formatInstant(new Date(first), view.zone, view.now())
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  const skipped = writeOffs.reduce((sum, { status, count }) => sum + (status === 'SKIPPED' ? count : 0), 0)
  const parts = [
    `${run}${more}`,
    missed === null ? '' : `${missed.count} missed`,
    skipped === 0 ? '' : `${skipped} skipped`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function runsSection({ runs }: DryRunReport, view: PassView, theme: Theme): string {
  if (runs.length === 0) return ''
  const columns: Column<DryRunReport['runs'][number]>[] = [
    { header: 'waiting run', cell: (row) => row.runId, priority: 2 },
    { header: 'schedule', cell: (row) => row.scheduleId, min: 8 },
    { header: 'job', cell: (row) => row.jobName, min: 8 },
    {
      header: 'slot',
      cell: (row) =>
        row.scheduledFor === null ? '' : formatInstant(new Date(row.scheduledFor), view.zone, view.now()),
      min: 8,
    },
    { header: 'attempt', cell: (row) => String(row.attempt), align: 'right' },
    { header: 'why', cell: (row) => ({ text: row.reason, paint: theme.dim }) },
  ]
  return renderTable(columns, runs, theme)
}

const MOST_ADVICE = 5
const MOST_NAMED = 8

const CHANGES = {
  create: 'would be created',
  update: 'would be updated',
  return: 'would be taken up again',
  orphan: 'would be orphaned',
} as const

function definitionsSection({ definitions }: DryRunReport, theme: Theme): string {
  const lines = Object.entries(CHANGES).flatMap(([change, text]) => {
    const ids = definitions.filter((each) => each.change === change).map((each) => each.scheduleId)
    return ids.length === 0
      ? []
      : [
          `${plural(ids.length, 'schedule')} ${text}: ${theme.bold(ids.slice(0, 8).join(', '))}${ids.length > 8 ? ` and ${ids.length - 8} more` : ''}\n`,
        ]
  })
  return lines.join('')
}

function cadenceSection({ cadence }: DryRunReport, theme: Theme): string {
  const width = Math.max(theme.columns - 2, 20)
  const lines = cadence.slice(0, MOST_ADVICE).flatMap(({ scheduleIds, advice }) => {
    const more = scheduleIds.length > MOST_NAMED ? ` and ${scheduleIds.length - MOST_NAMED} more` : ''
    return wrap(`${scheduleIds.slice(0, MOST_NAMED).join(', ')}${more}: ${advice}`, width)
  })
  return lines.map((line) => `${theme.dim(line)}\n`).join('')
}
