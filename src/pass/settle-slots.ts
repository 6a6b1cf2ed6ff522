import type { RunHead } from '../domain/run.js'
import { settlementOfHistory } from '../ledger/settlement.js'
import type { PassRuntime } from './runtime.js'
import { groupRuns } from './slot-group.js'

type Settling = Pick<PassRuntime, 'store' | 'recorder' | 'stopper'>

/** Settles the slots of these runs as far as all runs of a slot have ended: the database knows. */
export async function settleSlots(runtime: Settling, runs: readonly RunHead[]): Promise<void> {
  const bySchedule = new Map<string, RunHead[]>()
  for (const [run] of groupRuns(runs.filter(({ trigger }) => trigger === 'CRON')))
    if (run !== undefined) bySchedule.set(run.scheduleId, [...(bySchedule.get(run.scheduleId) ?? []), run])
  // Side by side, so that settlements share their flushes.
  await Promise.all([...bySchedule.values()].map((slots) => settleInOrder(runtime, slots)))
}

/** Oldest first: a settlement that comes after that of a newer slot is ignored. */
async function settleInOrder({ store, recorder, stopper }: Settling, slots: readonly RunHead[]): Promise<void> {
  for (const run of slots.toSorted((a, b) => slotMs(a) - slotMs(b))) {
    // Without the lease nothing can be recorded. A pass that was told to stop still says what has ended.
    const why = stopper.reason()?.kind
    if (run.scheduledFor === null || why === 'lease-lost' || why === 'failed') return
    const settlement = settlementOfHistory(run.scheduleId, await store.readSlot(run.scheduleId, run.scheduledFor))
    if (settlement !== null) await recorder.settle(settlement)
  }
}

function slotMs(run: RunHead): number {
  return run.scheduledFor?.getTime() ?? 0
}
