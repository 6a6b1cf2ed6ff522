import type { RunHead } from '../domain/run.js'
import type { LockedSchedule, WriteOff } from '../store/store.js'
import { decide, type Decision, type DecisionRules, type PlanEntry } from './decide.js'

/** Steps of one schedule that a dry run follows at most: what `all`, one slot after another, can take. */
export const MOST_STEPS = 10_000

/** What one schedule's part in a pass comes to. */
export interface Followed {
  plan: PlanEntry | null
  resumed: RunHead[]
  missing: string[]
  writeOffs: WriteOff[]
}

/** Decides step by step, as the pass does while runs of the schedule end one after another. */
export function follow(first: LockedSchedule, rules: DecisionRules): Followed {
  const followed: Followed = { plan: null, resumed: [], missing: [], writeOffs: [] }
  let locked = first
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const decision = decide(locked, rules)
    followed.missing.push(...decision.missing)
    followed.plan = merged(followed.plan, decision.plan)
    followed.resumed.push(...locked.waiting.filter((run) => decision.take.resume.includes(run.id)))
    const { slots, resume, stop, writeOffs } = decision.take
    followed.writeOffs.push(...writeOffs)
    const progressed = slots.length > 0 || resume.length > 0 || stop.length > 0
    if (!decision.more || !progressed) break
    locked = afterwards(locked, decision)
  }
  return followed
}

/** The schedule once everything that was just taken has ended, and what was told to make way has made it. */
function afterwards(locked: LockedSchedule, { take }: Decision): LockedSchedule {
  const gone = new Set([...take.resume, ...take.end.map((end) => end.runId)])
  return {
    ...locked,
    open: take.stop.length > 0 ? [] : locked.open,
    schedule: { ...locked.schedule, ...take.set },
    waiting: locked.waiting.filter((run) => !gone.has(run.id)),
  }
}

function merged(before: PlanEntry | null, after: PlanEntry | null): PlanEntry | null {
  if (before === null || after === null) return before ?? after
  const said = before.decision === 'run' || after.decision !== 'run' ? before : after
  return { ...said, slots: [...before.slots, ...after.slots], missed: before.missed ?? after.missed, jobs: said.jobs }
}
