import type { RunReason, RunStatus, Trigger } from '../domain/run.js'
import type { WriteOff } from '../store/store.js'
import type { PlanDecision } from './decide.js'

/** What a pass did; instants as ISO 8601 strings in UTC. The `--json` document. */
export interface PassReport {
  pass: {
    /** Null: nothing was written (dry run, switched off). */
    id: number | null
    startedAt: string
    finishedAt: string
    durationMs: number
    host: string
    dryRun: boolean
  }
  counts: PassCounts
  runs: ReportedRun[]
  next: { scheduleId: string; at: string } | null
  /** One sentence each: what a person should know. */
  notes: string[]
  /** What ended the pass before its time: the lease or the database lost; null: nothing. */
  error: { code: string; message: string; fix: string | null } | null
  exitCode: number
}

export interface PassCounts {
  /** Schedules with a due slot. */
  due: number
  /** Runs whose handler started. */
  executed: number
  completed: number
  failed: number
  timedOut: number
  abandoned: number
  interrupted: number
  /** Slots and runs SKIPPED. */
  skipped: number
  /** Slots MISSED. */
  missed: number
  /** Left for a later pass: overlap wait, retry, interrupted. */
  deferred: number
  /** Schedules whose due slot waits for a run that another pass holds. */
  locked: number
}

export interface ReportedRun {
  runId: string
  scheduleId: string
  jobName: string
  trigger: Trigger
  scheduledFor: string | null
  status: RunStatus
  attempt: number
  durationMs: number | null
  error: string | null
  reason: RunReason | null
}

/** What a pass would do: the `--dry-run --json` document. */
export interface DryRunReport {
  pass: PassReport['pass']
  plan: {
    scheduleId: string
    decision: PlanDecision
    reason: string
    slots: string[]
    missed: { count: number; from: string; to: string } | null
    jobs: string[]
    /** Every row of slots that would not run, `missed` ones included; absent: there is none. */
    writeOffs?: { status: WriteOff['status']; reason: RunReason; count: number; from: string; to: string }[]
    /** Slots, those of `slots` or others, of which these jobs have a run already: they are not run again. */
    hadRun?: { slot: string; jobs: string[] }[]
  }[]
  /** Waiting and abandoned runs that would be taken. */
  runs: {
    runId: string
    scheduleId: string
    jobName: string
    trigger: Trigger
    scheduledFor: string | null
    attempt: number
    reason: string
  }[]
  /** Definitions that the pass would write first. */
  definitions: { scheduleId: string; change: 'create' | 'update' | 'orphan' | 'return' }[]
  next: { scheduleId: string; at: string } | null
  /** What the interval of passes makes of the cron expressions of this config. */
  cadence: { scheduleIds: string[]; advice: string }[]
  notes: string[]
  exitCode: number
}

/** `--fail-on`: what makes the exit code 1. */
export type FailOn = ReadonlySet<'failed' | 'deferred'>

export function noCounts(): PassCounts {
  return {
    due: 0,
    executed: 0,
    completed: 0,
    failed: 0,
    timedOut: 0,
    abandoned: 0,
    interrupted: 0,
    skipped: 0,
    missed: 0,
    deferred: 0,
    locked: 0,
  }
}

/** Slots that did not run, whoever wrote them off: this pass's decisions, its edits, or the end of a pause. */
export function countWriteOffs(counts: PassCounts, writeOffs: readonly WriteOff[]): void {
  for (const { status, slotCount } of writeOffs) counts[status === 'MISSED' ? 'missed' : 'skipped'] += slotCount
}
