import type { Store } from '../store/store.js'
import type { PlanEntry } from './decide.js'

/** Jobs that have a run of a slot already: set by hand, or backfilled, it is taken and they are left out. */
export interface HadRun {
  slot: Date
  jobs: string[]
}

/** What taking these plans would leave out, by schedule. Reads only. */
export async function findHadRun(
  store: Pick<Store, 'readExisting'>,
  plans: readonly PlanEntry[],
): Promise<Map<string, HadRun[]>> {
  const wanted = plans.flatMap(({ scheduleId, slots, jobs }) =>
    slots.flatMap((scheduledFor) => jobs.map((jobName) => ({ scheduleId, jobName, scheduledFor }))),
  )
  const found = new Map<string, HadRun[]>()
  for (const { scheduleId, jobName, scheduledFor } of await store.readExisting(wanted)) {
    const slots = found.get(scheduleId) ?? []
    const known = slots.find(({ slot }) => slot.getTime() === scheduledFor.getTime())
    if (known === undefined) slots.push({ slot: scheduledFor, jobs: [jobName] })
    else known.jobs.push(jobName)
    found.set(scheduleId, slots)
  }
  return found
}

/** The plan without the slots of which every job has a run. */
export function withoutHadRun(plan: PlanEntry, hadRun: readonly HadRun[]): PlanEntry {
  const whole = wholeSlots(plan, hadRun)
  if (whole.length === 0) return plan
  const gone = new Set(whole.map((slot) => slot.getTime()))
  const slots = plan.slots.filter((slot) => !gone.has(slot.getTime()))
  const reason = whole.length === 1 ? 'its slot has run already' : 'its slots have run already'
  return slots.length > 0 ? { ...plan, slots } : { ...plan, slots, decision: 'skip', reason }
}

export function wholeSlots({ jobs }: Pick<PlanEntry, 'jobs'>, hadRun: readonly HadRun[]): Date[] {
  return hadRun.filter((each) => each.jobs.length === jobs.length).map(({ slot }) => slot)
}

/** What the reports of a pass and of a dry run say of them. */
export function hadRunNote(scheduleId: string, slots: readonly Date[]): string {
  const times = slots.map((slot) => slot.getTime())
  const [first, last] = [Math.min(...times), Math.max(...times)].map((ms) => new Date(ms).toISOString())
  const which = slots.length === 1 ? `the slot of ${first} has` : `${slots.length} slots of ${first} to ${last} have`
  return `schedule ${scheduleId}: ${which} run already, and nothing is started for ${slots.length === 1 ? 'it' : 'them'}`
}
