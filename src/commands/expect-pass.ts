/** What is known of when the platform starts its next pass. */
export type ExpectedPass =
  /** No pass was ever made, or none for more than two intervals: nothing can be promised. */
  { kind: 'unknown'; lastPassAt: Date | null } | { kind: 'expected'; at: Date }

/** Passes that start this soon after a full interval (an hour, say) are taken to be meant for it. */
const START_UP_MS = 5 * 60_000

/** When the next pass is to be expected, from the interval of the platform's cron and the newest pass. */
export function expectPass(now: Date, intervalMs: number, lastPassAt: Date | null): ExpectedPass {
  if (lastPassAt === null || now.getTime() - lastPassAt.getTime() > 2 * intervalMs)
    return { kind: 'unknown', lastPassAt }
  const lateBy = lastPassAt.getTime() % intervalMs
  const phase = lateBy <= Math.min(START_UP_MS, intervalMs / 4) ? 0 : lateBy
  const intervals = Math.floor((now.getTime() - phase) / intervalMs) + 1
  return { kind: 'expected', at: new Date(intervals * intervalMs + phase) }
}
