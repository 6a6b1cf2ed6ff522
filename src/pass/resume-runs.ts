import type { RunHead } from '../domain/run.js'
import type { LockedSchedule } from '../store/store.js'
import type { DecisionRules } from './decide.js'
import { isOccupied, type Draft } from './draft.js'
import { groupKeyOf } from './slot-group.js'

export function availableRuns(
  draft: Draft,
  locked: LockedSchedule,
  rules: DecisionRules,
  wanted: (run: RunHead) => boolean,
): RunHead[] {
  const ended = new Set(draft.take.end.map((end) => end.runId))
  const runs = locked.waiting.filter(
    (run) => run.availableAt !== null && run.availableAt <= locked.now && !ended.has(run.id) && wanted(run),
  )
  return runs.filter((run) => {
    if (rules.hasJob(run.jobName)) return true
    draft.missing.add(run.jobName)
    return false
  })
}

/** Takes one group at a time (all of them when overlap allows it), and remembers that more is waiting. */
function resume(draft: Draft, locked: LockedSchedule, rules: DecisionRules, runs: readonly RunHead[]): void {
  if (runs.length === 0) return
  if (isOccupied(draft, locked)) {
    draft.more = true
    return
  }
  const first = runs[0] && groupKeyOf(runs[0])
  const taken =
    locked.schedule.overlap === 'allow'
      ? runs.slice(0, Math.max(rules.limit, 1))
      : runs.filter((run) => groupKeyOf(run) === first)
  draft.take.resume.push(...taken.map((run) => run.id))
  if (taken.length < runs.length) draft.more = true
}

/** What a crash or a stop cut short goes on first. */
export function resumeContinuing(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  const wanted = (run: RunHead): boolean => run.reason === 'crashed' || run.reason === 'interrupted'
  resume(draft, locked, rules, availableRuns(draft, locked, rules, wanted))
}

export function resumeRequests(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  const wanted = (run: RunHead): boolean => run.trigger === 'MANUAL' && !isContinuing(run)
  resume(draft, locked, rules, availableRuns(draft, locked, rules, wanted))
}

export function resumeBackfills(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  const wanted = (run: RunHead): boolean => run.trigger === 'BACKFILL' && !isContinuing(run)
  const oldestFirst = (a: RunHead, b: RunHead): number =>
    (a.scheduledFor?.getTime() ?? 0) - (b.scheduledFor?.getTime() ?? 0)
  resume(draft, locked, rules, availableRuns(draft, locked, rules, wanted).toSorted(oldestFirst))
}

export function resumeRetries(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  resume(
    draft,
    locked,
    rules,
    availableRuns(draft, locked, rules, (run) => isRetry(run)),
  )
}

function isContinuing(run: RunHead): boolean {
  return run.reason === 'crashed' || run.reason === 'interrupted'
}

export function isRetry(run: RunHead): boolean {
  return run.trigger === 'CRON' && !isContinuing(run)
}
