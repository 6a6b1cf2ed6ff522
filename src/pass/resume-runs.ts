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
  const isAvailable = (run: RunHead): boolean =>
    run.availableAt !== null && run.availableAt <= locked.now && !ended.has(run.id) && !timedOutHere(run, rules)
  return locked.waiting.filter((run) => {
    if (!isAvailable(run) || !wanted(run)) return false
    if (rules.hasJob(run.jobName)) return true
    draft.missing.add(run.jobName)
    return false
  })
}

/** A run that reached its timeout is tried again by a later pass, whatever makes this one look again. */
function timedOutHere({ attempts }: RunHead, { passId }: DecisionRules): boolean {
  const last = attempts.at(-1)
  return last?.status === 'TIMED_OUT' && last.passId === passId
}

/** Takes one group at a time (more of them when overlap allows it), and remembers that more is waiting. */
function resume(draft: Draft, locked: LockedSchedule, rules: DecisionRules, runs: readonly RunHead[]): void {
  if (runs.length === 0) return
  if (isOccupied(draft, locked)) {
    draft.more = true
    return
  }
  take(draft, runs, locked.schedule.overlap === 'allow' ? Math.max(rules.limit, 1) : 1)
}

/** The groups of the first `count` runs, each whole. */
function take(draft: Draft, runs: readonly RunHead[], count: number): void {
  const groups = new Set(runs.slice(0, count).map(groupKeyOf))
  const taken = runs.filter((run) => groups.has(groupKeyOf(run)))
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

/** One slot after another, also where overlap allows slots of the schedule beside each other. */
export function resumeBackfills(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  const wanted = (run: RunHead): boolean => isBackfill(run) && !isContinuing(run)
  const oldestFirst = (a: RunHead, b: RunHead): number =>
    (a.scheduledFor?.getTime() ?? 0) - (b.scheduledFor?.getTime() ?? 0)
  const runs = availableRuns(draft, locked, rules, wanted).toSorted(oldestFirst)
  if (runs.length === 0) return
  const resumed = new Set(draft.take.resume)
  const isUnderWay = [...locked.open, ...locked.waiting.filter((run) => resumed.has(run.id))].some(isBackfill)
  if (isUnderWay || isOccupied(draft, locked)) draft.more = true
  else take(draft, runs, 1)
}

export function resumeRetries(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  resume(
    draft,
    locked,
    rules,
    availableRuns(draft, locked, rules, (run) => isRetry(run)),
  )
}

function isBackfill(run: RunHead): boolean {
  return run.trigger === 'BACKFILL'
}

function isContinuing(run: RunHead): boolean {
  return run.reason === 'crashed' || run.reason === 'interrupted'
}

export function isRetry(run: RunHead): boolean {
  return run.trigger === 'CRON' && !isContinuing(run)
}
