import type { Overview } from './queries.js'

/**
 * Since when the platform's cron has been silent: set once twice the expected interval has gone by without a pass;
 * null while all is well, or before the first pass.
 */
export function overdueSince(
  overview: Pick<Overview, 'now' | 'lastSignOfLifeAt'>,
  pollIntervalMs: number,
): Date | null {
  const { now, lastSignOfLifeAt } = overview
  if (lastSignOfLifeAt === null) return null
  return now.getTime() - lastSignOfLifeAt.getTime() > 2 * pollIntervalMs ? lastSignOfLifeAt : null
}
