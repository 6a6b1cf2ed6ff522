import type { LockedSchedule, ScheduleChange, TakeDecision, WriteOff } from '../store/store.js'
import type { Decision, PlanEntry } from './decide.js'

/** A decision in the making. */
export interface Draft {
  take: { -readonly [Key in keyof TakeDecision]: TakeDecision[Key] }
  plan: PlanEntry | null
  more: boolean
  makesWay: boolean
  missing: Set<string>
}

export function newDraft(): Draft {
  return {
    take: { slots: [], resume: [], end: [], stop: [], writeOffs: [], set: null },
    plan: null,
    more: false,
    makesWay: false,
    missing: new Set(),
  }
}

export function finished(draft: Draft): Decision {
  return { take: draft.take, plan: draft.plan, more: draft.more, makesWay: draft.makesWay, missing: [...draft.missing] }
}

/** Whether something else of the schedule is running or has just been taken, which all overlaps but `allow` respect. */
export function isOccupied(draft: Draft, locked: LockedSchedule): boolean {
  if (locked.schedule.overlap === 'allow') return false
  return locked.open.length > 0 || draft.take.resume.length > 0 || draft.take.slots.length > 0
}

export function applyChange(draft: Draft, set: ScheduleChange, writeOffs: readonly WriteOff[]): void {
  draft.take.set = { ...draft.take.set, ...set }
  draft.take.writeOffs = [...draft.take.writeOffs, ...writeOffs]
}
