import type { PassRow } from '../../domain/pass.js'

export interface Punctuality {
  /** Since the pass before. */
  sincePreviousMs: number
  /** Against the expected interval; 0 for a pass that came early. */
  lateMs: number
  /** By more than a platform's cron usually wavers. */
  isLate: boolean
  /** Passes that should have come in between and did not. */
  missing: number
}

const WAVER_MS = 5 * 60_000

/** How late a pass came after the one before it. */
export function punctuality(
  pass: Pick<PassRow, 'startedAt'>,
  before: Pick<PassRow, 'startedAt'>,
  intervalMs: number,
): Punctuality {
  const sincePreviousMs = pass.startedAt.getTime() - before.startedAt.getTime()
  const lateMs = Math.max(0, sincePreviousMs - intervalMs)
  return {
    sincePreviousMs,
    lateMs,
    isLate: lateMs > Math.min(WAVER_MS, intervalMs / 4),
    missing: Math.max(0, Math.round(sincePreviousMs / intervalMs) - 1),
  }
}
