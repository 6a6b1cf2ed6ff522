import type { RunHead, RunReason, RunStatus } from '../domain/run.js'
import type { WriteOff } from '../store/store.js'
import type { Decision } from './decide.js'
import { hadRunNote } from './had-run.js'
import { countWriteOffs, noCounts, type PassCounts, type ReportedRun } from './report.js'

/** Keeps the account of a pass while it goes on. */
export interface Tally {
  readonly counts: PassCounts
  readonly runs: ReportedRun[]
  /** Schedules whose history has grown. */
  readonly recorded: Set<string>
  readonly notes: Set<string>
  /** Job names found in the database that this config lacks. */
  readonly missingJobs: Set<string>
  decided(scheduleId: string, decision: Decision): void
  wroteOff(writeOffs: readonly WriteOff[]): void
  /** Slots that were taken, and all of whose jobs had a run already. */
  hadRun(scheduleId: string, slots: readonly Date[]): void
  started(runId: string): void
  ended(run: RunHead, end: RunEnd): ReportedRun
  deferred(count: number): void
  /** Schedules that paused themselves (`pauseAfterFailures`) are noted. */
  paused(scheduleIds: readonly string[]): void
  /** Schedules that still wait when the pass ends are left for a later one; what had run is noted. */
  finish(): void
}

export interface RunEnd {
  status: RunStatus
  attempt: number
  durationMs: number | null
  error: string | null
  reason: RunReason | null
}

const COUNTED_AS: Partial<Record<RunStatus, keyof PassCounts>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABANDONED: 'abandoned',
  INTERRUPTED: 'interrupted',
  SKIPPED: 'skipped',
}

export function createTally(): Tally {
  const counts = noCounts()
  const runs: ReportedRun[] = []
  const recorded = new Set<string>()
  const notes = new Set<string>()
  const missingJobs = new Set<string>()
  const due = new Set<string>()
  const executed = new Set<string>()
  const hadRun = new Map<string, Date[]>()
  const waiting = new Map<string, 'deferred' | 'locked'>()

  function countWaiting(): void {
    const states = [...waiting.values()]
    counts.locked = states.filter((state) => state === 'locked').length
  }

  return {
    counts,
    runs,
    recorded,
    notes,
    missingJobs,
    decided(scheduleId, { plan, take, missing, more }) {
      for (const name of missing) missingJobs.add(name)
      countWriteOffs(counts, take.writeOffs)
      if (take.writeOffs.length > 0) recorded.add(scheduleId)
      // Requests, backfills and retries that let an open run of the schedule go first.
      const isHeldBack = more && take.slots.length === 0 && take.resume.length === 0
      if (isHeldBack) waiting.set(scheduleId, 'deferred')
      else waiting.delete(scheduleId)
      countWaiting()
      if (plan === null || plan.decision === 'paused') return
      due.add(scheduleId)
      counts.due = due.size
      if (plan.decision === 'locked') waiting.set(scheduleId, 'locked')
      else if (plan.decision === 'wait') waiting.set(scheduleId, 'deferred')
      countWaiting()
    },
    wroteOff: (writeOffs) => countWriteOffs(counts, writeOffs),
    hadRun(scheduleId, slots) {
      if (slots.length > 0) hadRun.set(scheduleId, [...(hadRun.get(scheduleId) ?? []), ...slots])
    },
    started(runId) {
      executed.add(runId)
      counts.executed = executed.size
    },
    ended(run, end) {
      const counted = COUNTED_AS[end.status]
      if (counted !== undefined) counts[counted] += 1
      if (end.status === 'PENDING' || end.reason === 'interrupted') counts.deferred += 1
      const reported: ReportedRun = {
        runId: run.id,
        scheduleId: run.scheduleId,
        jobName: run.jobName,
        trigger: run.trigger,
        scheduledFor: run.scheduledFor?.toISOString() ?? null,
        ...end,
      }
      runs.push(reported)
      recorded.add(run.scheduleId)
      return reported
    },
    deferred(count) {
      counts.deferred += count
    },
    paused(scheduleIds) {
      for (const id of scheduleIds)
        notes.add(`schedule ${id} was paused after failing too often; resume it with: run-due-schedules resume ${id}`)
    },
    finish() {
      counts.deferred += waiting.size
      waiting.clear()
      for (const [scheduleId, slots] of hadRun) notes.add(hadRunNote(scheduleId, slots))
    },
  }
}
