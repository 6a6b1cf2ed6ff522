import { formatDuration } from '../../durations.js'
import type { PassRow } from '../../domain/pass.js'
import { EXIT } from '../../errors.js'
import { overdueSince } from '../../queries/overdue.js'
import type { Overview, Queries } from '../../queries/queries.js'
import type { Store } from '../../store/store.js'
import { plural } from '../render/text.js'
import { formatRelative } from '../render/time.js'
import { finding, type Finding } from './finding.js'

const FEWEST_INTERVALS = 5
const RECENT_PASSES = 21
const SHOWN = 5

export interface PassFacts {
  overview: Pick<Overview, 'now' | 'lastPass' | 'lastSignOfLifeAt' | 'globalPause'>
  /** Of kind PASS, newest first. */
  recent: readonly PassRow[]
  /** With status RUNNING. */
  open: readonly PassRow[]
  pollIntervalMs: number
}

export async function readPassFacts(queries: Queries, overview: Overview, pollIntervalMs: number): Promise<PassFacts> {
  const [recent, open] = await Promise.all([
    queries.listPasses({ kind: 'PASS', limit: RECENT_PASSES }),
    queries.listPasses({ statuses: ['RUNNING'], limit: 100 }),
  ])
  return { overview, recent: recent.passes, open: open.passes, pollIntervalMs }
}

/** Does the platform start passes, as often as it is said to, and do they end? */
export function checkPasses(facts: PassFacts): Finding[] {
  return [checkLastPass(facts), ...checkInterval(facts), ...checkDeadPasses(facts)]
}

function checkLastPass({ overview, pollIntervalMs }: PassFacts): Finding {
  const { now, lastPass } = overview
  if (lastPass === null) {
    return finding('passes', 'warning', 'no pass has been made yet', { fix: 'make one: npx run-due-schedules' })
  }
  const expected = `one is expected every ${formatDuration(pollIntervalMs)}`
  const overdue = overdueSince(overview, pollIntervalMs)
  if (overdue !== null) {
    const since = formatRelative(overdue, now).replace(/ ago$/, '')
    return finding('passes', 'problem', `no pass for ${since}; ${expected}`, {
      fix: "look at the platform's cron, or say by SCHEDULE_POLL_INTERVAL_MS how often it starts a pass",
    })
  }
  const text = `pass ${lastPass.id} started ${formatRelative(lastPass.startedAt, now)}; ${expected}`
  const { exitCode } = lastPass
  if (exitCode === undefined || exitCode === EXIT.ok) return finding('passes', 'ok', text)
  if (exitCode === EXIT.runFailed) return finding('passes', 'ok', `${text}; some of its runs failed`)
  return finding('passes', 'warning', `${text}; it ended with exit code ${exitCode}`, {
    fix: 'its output on the platform says why',
  })
}

/** The interval that passes keep, beside the one that is expected. */
function checkInterval({ recent, pollIntervalMs }: PassFacts): Finding[] {
  const starts = recent.map((pass) => pass.startedAt.getTime())
  const intervals = starts.slice(1).map((start, index) => (starts[index] ?? start) - start)
  if (intervals.length < FEWEST_INTERVALS) return []
  const usualMs = intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? pollIntervalMs
  // Seconds apart is somebody who tries things out.
  if (usualMs < 30_000 || (usualMs > 0.6 * pollIntervalMs && usualMs < 1.6 * pollIntervalMs)) return []
  const usual = formatDuration(Math.max(1, Math.round(usualMs / 60_000)) * 60_000)
  const message = `passes come about every ${usual}, though SCHEDULE_POLL_INTERVAL_MS says ${formatDuration(pollIntervalMs)}`
  const fix = `set SCHEDULE_POLL_INTERVAL_MS to what the platform's cron does: warnings and re-checks go by it`
  return [finding('passes', 'warning', message, { fix })]
}

function checkDeadPasses({ open, overview: { now } }: PassFacts): Finding[] {
  const dead = open.filter((pass) => pass.leaseUntil !== null && pass.leaseUntil <= now)
  if (dead.length === 0) return []
  const details = dead.slice(0, SHOWN).map(({ id, host, pid, leaseUntil }) => {
    return `pass ${id} on ${host} (process ${pid}): its lease ran out ${formatRelative(leaseUntil ?? now, now)}`
  })
  const message = `${dead.length === 1 ? '1 pass has' : `${dead.length} passes have`} died and not been noticed yet`
  return [finding('passes', 'warning', message, { details, fix: 'the next pass takes over: npx run-due-schedules' })]
}

/** Runs that no living pass holds and that no pass has taken up again. */
export async function checkRuns(store: Store, { overview, pollIntervalMs }: PassFacts): Promise<Finding> {
  const orphans = await store.findOrphans(1000, { expiredToo: true })
  if (orphans.length === 0) return finding('runs', 'ok', 'none is stuck')
  const { now, lastPass } = overview
  const details = orphans
    .slice(0, SHOWN)
    .map((run) => `${run.scheduleId} ${run.jobName}: run ${run.id}, held by pass ${run.passId}`)
  const passedOver = orphans.filter((run) => {
    const since = run.startedAt ?? run.createdAt
    return lastPass !== null && run.passId !== null && run.passId < lastPass.id && isLongAgo(since, now, pollIntervalMs)
  })
  if (passedOver.length === 0) {
    return finding('runs', 'warning', `${plural(orphans.length, 'run')} of dead passes wait to be taken up again`, {
      details,
      fix: 'the next pass goes on with them: npx run-due-schedules',
    })
  }
  return finding('runs', 'problem', `${plural(passedOver.length, 'run')} of dead passes are left where they are`, {
    details,
    fix: 'make a pass with a config that has these jobs, or cancel the runs: npx run-due-schedules cancel RUN_ID',
  })
}

function isLongAgo(at: Date, now: Date, pollIntervalMs: number): boolean {
  return now.getTime() - at.getTime() > 2 * pollIntervalMs
}
