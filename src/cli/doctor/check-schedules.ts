import { adviseAll, isServed } from '../../calendar/advice.js'
import type { Config } from '../../config/config.js'
import { findChanges } from '../../pass/find-changes.js'
import { AHEAD_MS } from '../../pass/look.js'
import type { ScheduleSummary } from '../../queries/queries.js'
import type { Store } from '../../store/store.js'
import { errorHeadline, oneLine, plural } from '../render/text.js'
import { formatRelative } from '../render/time.js'
import { finding, type Finding } from './finding.js'

const SHOWN = 8

export interface ScheduleFacts {
  schedules: readonly ScheduleSummary[]
  now: Date
  pollIntervalMs: number
  /** `pause --all` holds. */
  allPaused: boolean
}

/** Is everything that should run known, due on time, and well? */
export function checkSchedules(facts: ScheduleFacts): Finding[] {
  const findings = [...checkOverdue(facts), ...checkFailing(facts), ...checkPaused(facts), ...checkOrphaned(facts)]
  if (findings.length > 0) return findings
  const { schedules } = facts
  if (schedules.length === 0) return [finding('schedules', 'note', 'there are none')]
  const count = schedules.length === 1 ? 'the only one is' : `all ${schedules.length} are`
  return [finding('schedules', 'ok', `${count} on time`)]
}

function checkOverdue({ schedules, now, pollIntervalMs, allPaused }: ScheduleFacts): Finding[] {
  const overdue = allPaused ? [] : schedules.filter((schedule) => isOverdue(schedule, now, pollIntervalMs))
  if (overdue.length === 0) return []
  const details = overdue.map(({ id, nextRunAt }) => `${id}: due ${formatRelative(nextRunAt ?? now, now)}`)
  return [
    finding('schedules', 'problem', `${plural(overdue.length, 'schedule')} overdue`, {
      details: shortened(details),
      fix: 'npx run-due-schedules --dry-run says what a pass would do with them, and why',
    }),
  ]
}

function isOverdue(schedule: ScheduleSummary, now: Date, pollIntervalMs: number): boolean {
  const { enabled, orphaned, nextRunAt, runningRuns } = schedule
  if (!enabled || orphaned || nextRunAt === null || runningRuns > 0) return false
  return now.getTime() - nextRunAt.getTime() > 2 * pollIntervalMs
}

function checkFailing({ schedules, now }: ScheduleFacts): Finding[] {
  const failing = schedules.filter((schedule) => !schedule.orphaned && schedule.consecutiveFailures > 0)
  if (failing.length === 0) return []
  const details = failing
    .toSorted((a, b) => b.consecutiveFailures - a.consecutiveFailures)
    .map(({ id, consecutiveFailures, lastError, lastRunAt }) => {
      const times = `${plural(consecutiveFailures, 'failure')}${consecutiveFailures > 1 ? ' in a row' : ''}`
      const last = lastRunAt === null ? '' : `, last ${formatRelative(lastRunAt, now)}`
      return `${id}: ${times}${last}${lastError === null ? '' : `: ${errorHeadline(lastError).slice(0, 120)}`}`
    })
  const fix = 'npx run-due-schedules runs --status failed,timed_out,abandoned'
  return [
    finding('schedules', 'warning', `${plural(failing.length, 'schedule')} failing`, {
      details: shortened(details),
      fix,
    }),
  ]
}

function checkPaused({ schedules, allPaused }: ScheduleFacts): Finding[] {
  if (allPaused) {
    const fix = 'npx run-due-schedules resume --all'
    return [finding('schedules', 'warning', 'everything is paused: slots are skipped meanwhile', { fix })]
  }
  const paused = schedules.filter(({ enabled, orphaned }) => !enabled && !orphaned)
  if (paused.length === 0) return []
  const byItself = paused.some(({ pauseAfterFailures }) => pauseAfterFailures !== null)
  const details = paused.map(
    ({ id, pausedReason }) => `${id}${pausedReason === null ? '' : `: ${oneLine(pausedReason)}`}`,
  )
  const fix = 'npx run-due-schedules resume ID'
  const message = `${plural(paused.length, 'schedule')} paused`
  return [finding('schedules', byItself ? 'warning' : 'note', message, { details: shortened(details), fix })]
}

function checkOrphaned({ schedules }: ScheduleFacts): Finding[] {
  const orphaned = schedules.filter((schedule) => schedule.orphaned)
  if (orphaned.length === 0) return []
  const message = `${plural(orphaned.length, 'schedule')} that no config defines any more: kept, not run`
  return [finding('schedules', 'note', message, { details: shortened(orphaned.map(({ id }) => id)) })]
}

/** What the next pass would write before it looks for due slots. */
export async function checkDefinitions(store: Store, config: Config): Promise<Finding[]> {
  const check = await store.check({
    configName: config.name,
    scheduleIds: config.schedules.map(({ definition }) => definition.id),
    jobNames: [...config.jobs.keys()],
    aheadMs: AHEAD_MS,
  })
  const changes = findChanges(config, check)
  if (changes.foreign.length > 0) {
    const details = changes.foreign.map(({ id, owner }) => `${id} ${owner}`)
    const fix = 'choose another id, or another `name` for this config'
    return [finding('config', 'problem', 'the config defines schedules that are not its own', { details, fix })]
  }
  const count = changes.create.length + changes.update.length + changes.return.length + changes.orphan.length
  if (count === 0) return []
  const details = [
    ...changes.create.map(({ definition }) => `${definition.id}: new`),
    ...changes.update.map(({ definition }) => `${definition.id}: changed`),
    ...changes.return.map(({ definition }) => `${definition.id}: taken up again`),
    ...changes.orphan.map((id) => `${id}: not defined any more`),
  ]
  const message = `the next pass writes ${plural(count, 'definition')} that the database has differently`
  return [finding('config', 'note', message, { details: shortened(details) })]
}

/** What the interval of passes makes of the cron expressions. */
export function checkCadence({ schedules, pollIntervalMs }: ScheduleFacts): Finding {
  const shared = adviseAll(schedules.filter(isServed), pollIntervalMs)
  if (shared.length === 0) return finding('cadence', 'ok', 'every slot gets its own pass, on time')
  const details = shared.map(({ advice, scheduleIds }) => {
    return `${scheduleIds.slice(0, SHOWN).join(', ')}${more(scheduleIds)}: ${advice}`
  })
  const count = shared.reduce((sum, { scheduleIds }) => sum + scheduleIds.length, 0)
  return finding('cadence', 'note', `${plural(count, 'schedule')} would be served better by more frequent passes`, {
    details: shortened(details),
  })
}

function more(ids: readonly string[]): string {
  return ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : ''
}

function shortened(details: readonly string[]): string[] {
  if (details.length <= SHOWN) return [...details]
  return [...details.slice(0, SHOWN), `and ${details.length - SHOWN} more`]
}
