import type { RunHead } from '../domain/run.js'
import type { WriteOff } from '../store/store.js'
import type { PlanEntry } from './decide.js'
import type { Followed } from './follow.js'
import type { HadRun } from './had-run.js'
import type { DryRunReport } from './report.js'

/** What a pass makes of one schedule: its decisions, and all that it writes off. */
export interface PlannedSchedule extends Followed {
  scheduleId: string
  hadRun: HadRun[]
  /** It has a `when`, which a dry run does not ask. */
  hasCondition: boolean
}

type Printed = DryRunReport['plan'][number]

/** Null: nothing of the schedule is due, and it loses nothing. */
export function printedPlan({ scheduleId, plan, writeOffs, hadRun, hasCondition }: PlannedSchedule): Printed | null {
  if (plan === null && writeOffs.length === 0) return null
  const { decision, slots, jobs }: Pick<PlanEntry, 'decision' | 'slots' | 'jobs'> = plan ?? {
    decision: 'skip',
    slots: [],
    jobs: [],
  }
  return {
    scheduleId,
    decision,
    reason: [
      ...(plan === null ? [] : [plan.reason]),
      ...(hasCondition && decision === 'run' ? ['unless its `when` says no'] : []),
      ...lossesOf(writeOffs),
    ].join('; '),
    slots: slots.map((slot) => slot.toISOString()),
    missed: missedOf(writeOffs),
    jobs,
    ...(writeOffs.length === 0 ? {} : { writeOffs: writeOffs.map(printedWriteOff) }),
    ...(hadRun.length === 0
      ? {}
      : { hadRun: hadRun.map((each) => ({ slot: each.slot.toISOString(), jobs: each.jobs })) }),
  }
}

/** Losses that are no decision about what is due: of an edit, and of a pause that is over. */
function lossesOf(writeOffs: readonly WriteOff[]): string[] {
  const edited = countOf(writeOffs.filter(({ reason }) => reason === 'edited'))
  const paused = countOf(writeOffs.filter(({ reason }) => reason === 'paused'))
  return [
    ...(edited === 0 ? [] : [`${slots(edited)} lost to an edit`]),
    ...(paused === 0 ? [] : [`${slots(paused)} passed during a pause`]),
  ]
}

function slots(count: number): string {
  return count === 1 ? '1 slot' : `${count} slots`
}

function missedOf(writeOffs: readonly WriteOff[]): Printed['missed'] {
  const missed = writeOffs.filter(({ status }) => status === 'MISSED')
  const [oldest] = missed.toSorted((a, b) => a.firstSlot.getTime() - b.firstSlot.getTime())
  const newest = missed.toSorted((a, b) => a.lastSlot.getTime() - b.lastSlot.getTime()).at(-1)
  if (oldest === undefined || newest === undefined) return null
  const { from } = printedWriteOff(oldest)
  const { to } = printedWriteOff(newest)
  return { count: countOf(missed), from, to }
}

function countOf(writeOffs: readonly WriteOff[]): number {
  return writeOffs.reduce((sum, { slotCount }) => sum + slotCount, 0)
}

function printedWriteOff({ status, reason, firstSlot, lastSlot, slotCount }: WriteOff) {
  return { status, reason, count: slotCount, from: firstSlot.toISOString(), to: lastSlot.toISOString() }
}

/** A waiting run that the pass takes. */
export function printedRun(run: RunHead): DryRunReport['runs'][number] {
  return {
    runId: run.id,
    scheduleId: run.scheduleId,
    jobName: run.jobName,
    trigger: run.trigger,
    scheduledFor: run.scheduledFor?.toISOString() ?? null,
    attempt: run.attempt + 1,
    reason: run.reason ?? (run.trigger === 'MANUAL' ? 'requested' : 'waiting'),
  }
}
