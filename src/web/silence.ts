import type { Clock } from '../clock.js'
import { overdueSince } from '../queries/overdue.js'
import type { SignsOfLife } from '../queries/queries.js'

/** Since when the platform's cron has been silent, null while all is well: one rule for pages, API, health and metrics. */
export type SilentSince = (life: Pick<SignsOfLife, 'now' | 'lastSignOfLifeAt'>) => Date | null

/**
 * Where no pass has ever come, nothing is overdue until this server has been up for two intervals: only then had the
 * platform time enough for one.
 */
export function watchSilence(clock: Pick<Clock, 'now' | 'monotonicMs'>, pollIntervalMs: number): SilentSince {
  const [startedAt, startedMs] = [clock.now(), clock.monotonicMs()]
  return (life) => {
    if (life.lastSignOfLifeAt !== null) return overdueSince(life, pollIntervalMs)
    return clock.monotonicMs() - startedMs > 2 * pollIntervalMs ? startedAt : null
  }
}
