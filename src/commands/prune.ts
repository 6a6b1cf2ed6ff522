import type { AdminStore, Pruned, PruneQuery, Store } from '../store/store.js'
import { actorName } from './actor.js'

/** Rows deleted by one call of the store, which splits them further. */
const BITE = 5000

export interface PruneRequest extends Omit<PruneQuery, 'limit'> {
  actor: string
}

/** Deletes (or with `dryRun` counts) all history that the retention gives up, bite by bite. */
export async function pruneHistory(
  store: AdminStore & Pick<Store, 'prune'>,
  { actor, ...query }: PruneRequest,
): Promise<Pruned> {
  if (query.dryRun) return store.prune({ ...query, limit: Number.MAX_SAFE_INTEGER })
  const total: Pruned = { runs: 0, passes: 0, auditEvents: 0 }
  for (;;) {
    const bite = await store.prune({ ...query, limit: BITE })
    total.runs += bite.runs
    total.passes += bite.passes
    total.auditEvents += bite.auditEvents
    if (bite.runs + bite.passes + bite.auditEvents === 0) break
  }
  if (total.runs + total.passes > 0) await audit(store, actor, total)
  return total
}

async function audit(store: AdminStore, actor: string, { runs, passes, auditEvents }: Pruned): Promise<void> {
  const event = { actor: actorName(actor), action: 'prune', scheduleId: null, runId: null }
  await store.editSchedules({ ids: [], edit: () => null, audit: [{ ...event, detail: { runs, passes, auditEvents } }] })
}
