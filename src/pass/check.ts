import { findChanges } from './find-changes.js'
import { pauseNotes } from './global-pause.js'
import { look, nextOf, type Found } from './look.js'
import type { PassContext } from './pass-context.js'
import { countWriteOffs, noCounts, type PassCounts, type PassReport } from './report.js'

/** Reads what is due in one round trip; definitions that changed are written first, unchanged ones write nothing. */
export async function check(context: PassContext): Promise<Found> {
  const found = await look(context)
  const changes = findChanges(context.config, found.check)
  if (changes.isEmpty) return found
  const { syncDefinitions } = await import('./sync-definitions.js')
  const writeOffs = await syncDefinitions(context, changes)
  return { ...(await look(context)), writeOffs }
}

/** Null: work has turned up since the check. */
export async function recordIdle(context: PassContext, found: Found): Promise<PassReport | null> {
  const { store, settings, config, clock } = context
  const { kind, host, pid, version } = settings
  const recorded = await store.recordIdlePass({ kind, host, pid, version, configName: config.name })
  if (recorded === null) return null
  const durationMs = Math.round(clock.monotonicMs() - settings.startedAtMs)
  const finishedAt = found.clock.now()
  return {
    pass: {
      id: recorded.id,
      startedAt: new Date(finishedAt.getTime() - durationMs).toISOString(),
      finishedAt: finishedAt.toISOString(),
      durationMs,
      host,
      dryRun: false,
    },
    counts: countsOf(found),
    runs: [],
    next: nextOf(found),
    notes: pauseNotes(found.check),
    error: null,
    exitCode: 0,
  }
}

function countsOf({ writeOffs }: Found): PassCounts {
  const counts = noCounts()
  countWriteOffs(counts, writeOffs)
  return counts
}
