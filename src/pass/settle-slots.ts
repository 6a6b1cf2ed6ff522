import type { RunHead } from '../domain/run.js'
import { settlementOfHistory } from '../ledger/settlement.js'
import type { PassRuntime } from './runtime.js'
import { groupRuns } from './slot-group.js'

/** Settles the slots of these runs, oldest first, as far as all runs of a slot have ended: the database knows. */
export async function settleSlots(
  { store, recorder, stopper }: Pick<PassRuntime, 'store' | 'recorder' | 'stopper'>,
  runs: readonly RunHead[],
): Promise<void> {
  const slots = groupRuns(runs.filter((run) => run.trigger === 'CRON'))
  for (const [run] of slots.sort(([a], [b]) => slotMs(a) - slotMs(b))) {
    // Without the lease nothing can be recorded. A pass that was told to stop still says what has ended.
    const why = stopper.reason()?.kind
    if (why === 'lease-lost' || why === 'failed') return
    if (run === undefined || run.scheduledFor === null) continue
    const settlement = settlementOfHistory(run.scheduleId, await store.readSlot(run.scheduleId, run.scheduledFor))
    if (settlement !== null) await recorder.settle(settlement)
  }
}

function slotMs(run: RunHead | undefined): number {
  return run?.scheduledFor?.getTime() ?? 0
}
