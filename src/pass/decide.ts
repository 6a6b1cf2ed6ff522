import type { Schedule } from '../domain/schedule.js'
import type { GlobalPause, LockedSchedule, PlannedSlot, TakeDecision } from '../store/store.js'
import { chooseSlots, writeOffAll, type DueSlots } from './choose-slots.js'
import { applyChange, finished, isOccupied, newDraft, type Draft } from './draft.js'
import { isOpenAt } from './open-since.js'
import {
  availableRuns,
  isRetry,
  resumeBackfills,
  resumeContinuing,
  resumeRequests,
  resumeRetries,
} from './resume-runs.js'

/** What a pass knows when it decides; the same for the dry run and the pass itself. */
export interface DecisionRules {
  /** The pass that decides; null for a dry run. */
  passId: number | null
  /** Slots at or before this instant are due. */
  until: Date
  configName: string
  /** How often the platform starts a pass, in milliseconds; the catch-up window of `skip` is twice that. */
  pollIntervalMs: number
  environmentName: string
  globalPause: GlobalPause | null
  /** Ordered job names of a schedule, and those this config lacks. */
  selectJobs(schedule: Schedule): { names: string[]; missing: string[] }
  hasJob(name: string): boolean
  maxAttempts(jobName: string): number
  /** Runs taken of one schedule at once. */
  limit: number
}

export type PlanDecision = 'run' | 'skip' | 'wait' | 'locked' | 'paused'

/** The decision in words, for the dry run and the report. */
export interface PlanEntry {
  scheduleId: string
  decision: PlanDecision
  reason: string
  slots: Date[]
  missed: { count: number; from: Date; to: Date } | null
  jobs: string[]
}

export interface Decision {
  take: TakeDecision
  /** Null: the schedule had no due slot. */
  plan: PlanEntry | null
  /** Something remains that this pass could take once runs of the schedule have ended. */
  more: boolean
  /** Open runs have been told to make way for a due slot (`replace`), which runs once they have ended. */
  makesWay: boolean
  /** Job names that this config lacks: their work is left for a config that has them. */
  missing: string[]
}

/** Decides what to do with one schedule. Pure: called again when its transaction is retried. */
export function decide(locked: LockedSchedule, rules: DecisionRules): Decision {
  const draft = newDraft()
  if (!isOurs(locked.schedule, rules.configName)) return finished(draft)
  resumeContinuing(draft, locked, rules)
  resumeRequests(draft, locked, rules)
  decideSlots(draft, locked, rules)
  resumeRetries(draft, locked, rules)
  resumeBackfills(draft, locked, rules)
  return finished(draft)
}

/** Whether passes of a config take what is due of a schedule. */
export function isOurs({ orphaned, source, configName }: Schedule, ofConfig: string): boolean {
  return !orphaned && (source === 'DATABASE' || configName === ofConfig)
}

function decideSlots(draft: Draft, locked: LockedSchedule, rules: DecisionRules): void {
  const { schedule } = locked
  const paused = pauseOf(locked, rules)
  if (paused !== null) {
    if (schedule.nextRunAt !== null && schedule.nextRunAt <= rules.until) draft.plan = entry(schedule, 'paused', paused)
    return
  }
  const due = chooseSlots(schedule, locked.now, rules)
  if (due.wake) applyChange(draft, due.wake.set, due.wake.writeOffs)
  if (due.count === 0) return
  const { names, missing } = rules.selectJobs(schedule)
  if (missing.length > 0 || names.length === 0) {
    leaveToOthers(draft, schedule, missing)
    return
  }
  if (schedule.environments !== null && !schedule.environments.includes(rules.environmentName)) {
    skipAll(
      draft,
      schedule,
      due,
      'environment',
      `environment ${rules.environmentName} is not one of ${schedule.environments.join(', ')}`,
    )
    return
  }
  if (due.run.length === 0) {
    applyChange(draft, due.set, due.writeOffs)
    draft.plan = entry(schedule, 'skip', 'every due slot is older than the catch-up window', due)
    return
  }
  if (mustGiveWay(draft, locked, due, rules)) return
  takeSlots(draft, locked, due, names, rules)
}

function pauseOf(locked: LockedSchedule, rules: DecisionRules): string | null {
  const { schedule, now } = locked
  if (rules.globalPause !== null) return rules.globalPause.reason ?? 'everything is paused'
  if (schedule.enabled) return null
  if (schedule.pausedUntil !== null && schedule.pausedUntil <= now) return null
  return schedule.pausedReason ?? 'paused'
}

function leaveToOthers(draft: Draft, schedule: Schedule, missing: readonly string[]): void {
  for (const name of missing) draft.missing.add(name)
  const what = missing.length > 0 ? `this config has no job ${missing.join(', ')}` : 'it selects no job of this config'
  draft.plan = entry(schedule, 'wait', `left for another config: ${what}`)
}

function skipAll(
  draft: Draft,
  schedule: Schedule,
  due: DueSlots,
  reason: 'environment' | 'overlap',
  text: string,
): void {
  applyChange(draft, due.setAfterAll, writeOffAll(schedule, due, { status: 'SKIPPED', reason }))
  draft.plan = entry(schedule, 'skip', text)
}

/** The overlap rules. True: no slot is taken now. */
function mustGiveWay(draft: Draft, locked: LockedSchedule, due: DueSlots, rules: DecisionRules): boolean {
  const { schedule, open } = locked
  if (!isOccupied(draft, locked) && !retriesGoFirst(draft, locked, rules)) return false
  const cameDueMeanwhile = open.some((run) => isOpenAt(run, due.first))
  if (cameDueMeanwhile && schedule.overlap === 'skip') {
    skipAll(draft, schedule, due, 'overlap', 'a run of an earlier slot is still open')
    return true
  }
  if (cameDueMeanwhile && schedule.overlap === 'replace') {
    draft.makesWay = true
    draft.take.stop = open
      .filter((run) => run.cancelRequestedAt === null)
      .map((run) => ({ runId: run.id, reason: 'replaced' }))
  }
  const held = open.find((run) => run.passId !== null)
  draft.more = true
  draft.plan =
    held === undefined
      ? entry(schedule, 'wait', 'another run of the schedule goes first')
      : entry(schedule, 'locked', `a run is open, held by pass ${held.passId}`)
  return true
}

/** With `all` every slot counts, so an older slot's retry that could run now runs before a newer slot. */
function retriesGoFirst(draft: Draft, locked: LockedSchedule, rules: DecisionRules): boolean {
  if (locked.schedule.catchUp !== 'all' || locked.schedule.overlap === 'allow') return false
  return availableRuns(draft, locked, rules, isRetry).length > 0
}

function takeSlots(
  draft: Draft,
  locked: LockedSchedule,
  due: DueSlots,
  names: readonly string[],
  rules: DecisionRules,
): void {
  const { schedule } = locked
  draft.take.slots = due.run.map((slot) => plannedSlot(schedule, slot, names, rules))
  draft.take.end.push(...superseded(locked, new Set(names), due.run[0]))
  applyChange(draft, due.set, due.writeOffs)
  if (due.more) draft.more = true
  draft.plan = { ...entry(schedule, 'run', reasonToRun(due), due), slots: due.run, jobs: [...names] }
}

function plannedSlot(schedule: Schedule, slot: Date, names: readonly string[], rules: DecisionRules): PlannedSlot {
  const runs = names.map((jobName) => ({ jobName, maxAttempts: rules.maxAttempts(jobName) }))
  return { scheduledFor: slot, runs, priority: schedule.priority, params: schedule.params }
}

/** A waiting retry whose job starts for a newer slot has had its chance. */
function superseded(locked: LockedSchedule, names: ReadonlySet<string>, slot: Date | undefined): TakeDecision['end'] {
  if (slot === undefined) return []
  return locked.waiting
    .filter((run) => isRetry(run) && names.has(run.jobName) && run.scheduledFor !== null && run.scheduledFor < slot)
    .map((run) => ({
      runId: run.id,
      status: 'FAILED' as const,
      reason: 'superseded' as const,
      error: `its retry was still waiting when the slot of ${slot.toISOString()} started`,
    }))
}

function reasonToRun(due: DueSlots): string {
  const missed = due.count - due.run.length - due.remaining
  if (missed > 0) return `${due.count} slots are due, ${missed} of them will not run`
  return due.remaining > 0 ? `${due.count} slots are due, one after another` : 'due'
}

function entry(schedule: Schedule, decision: PlanDecision, reason: string, due?: DueSlots): PlanEntry {
  return { scheduleId: schedule.id, decision, reason, slots: [], missed: due?.missed ?? null, jobs: [] }
}
