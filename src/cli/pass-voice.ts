import { createLog } from '../log.js'
import type { PassObserver } from '../pass/pass-context.js'
import type { PassReport, ReportedRun } from '../pass/report.js'
import type { Prepared } from '../program/prepare.js'
import type { PassOptions } from './commands/pass.js'
import type { CliContext } from './context.js'
import { LiveLine } from './live-line.js'
import { defaultDatabaseNotice } from './prepare.js'
import { renderRunLine, renderSummary, WIDEST, type PassView } from './render/pass-report.js'
import { themeOf } from './render/theme.js'
import { localZone } from './render/time.js'

/** Everything a pass says: a line per run as it ends, a live line on a terminal, the summary. */
export interface PassVoice {
  observer: PassObserver
  prepared(prepared: Prepared): void
  view(): PassView
  failed(error: NonNullable<PassReport['error']>): void
  summary(report: PassReport): Promise<void>
  finish(): Promise<void>
}

export function createPassVoice(options: PassOptions, context: CliContext): PassVoice {
  const json = options.json === true
  const verbose = options.verbose === true
  const theme = themeOf(context.stdout)
  const errors = themeOf(context.stderr)
  const live = new LiveLine(context, json || options.quiet === true)
  const log = createLog({
    level: options.quiet === true ? 'quiet' : verbose ? 'verbose' : 'normal',
    write: (text) => live.above(() => context.stderr.write(text)),
    tag: (level) =>
      level === 'error'
        ? errors.red(errors.glyph('failure'))
        : level === 'warn'
          ? errors.yellow(errors.glyph('warning'))
          : errors.dim(errors.glyph('separator')),
  })
  let zone: string | null = null
  const view: PassView = {
    // Asked for only where a time is shown: the first look at zones costs an idle pass 20 ms.
    get zone() {
      return (zone ??= localZone(context.variables))
    },
    scheduleWidth: 12,
    jobWidth: 12,
    now: () => context.clock.now(),
  }

  function printRun(run: ReportedRun): void {
    const failed = run.status === 'FAILED' || run.status === 'TIMED_OUT' || run.status === 'ABANDONED'
    if (json || (options.quiet === true && !failed)) return
    live.above(() => context.stdout.write(renderRunLine(run, view, theme)))
  }

  return {
    observer: {
      runStarted: (run) => {
        live.started(run.runId, run.jobName)
        const again = run.attempt > 1 ? ` (attempt ${run.attempt})` : ''
        if (verbose) log.info(`started ${run.scheduleId}/${run.jobName}${again}`)
      },
      runEnded: (run) => {
        live.ended(run.runId)
        printRun(run)
      },
      runProgress: (runId, fraction, note) => live.progress(runId, fraction, note),
      waiting: (reason) => {
        live.waiting(reason)
        if (verbose) log.info(reason)
      },
      warning: (message) => log.warn(message),
    },
    prepared({ environment, config }) {
      const ids = config.schedules.map((schedule) => schedule.definition.id.length)
      view.scheduleWidth = Math.min(Math.max(...ids, 8), WIDEST.schedule)
      const names = [...config.jobs.keys()].map((name) => name.length)
      view.jobWidth = Math.min(Math.max(...names, 8), WIDEST.job)
      if (environment.databaseIsDefault && environment.enabled && options.dryRun !== true)
        log.warn(defaultDatabaseNotice(environment.databaseUrl))
    },
    view: () => view,
    failed: (error) => log.error(error.fix === null ? error.message : `${error.message}\n  fix: ${error.fix}`),
    async summary(report) {
      live.clear()
      await log.written()
      if (options.quiet !== true) context.stdout.write(renderSummary(report, view, theme))
      for (const note of report.notes) log.warn(note)
      if (report.error !== null) this.failed(report.error)
    },
    async finish() {
      live.clear()
      await log.written()
    },
  }
}
