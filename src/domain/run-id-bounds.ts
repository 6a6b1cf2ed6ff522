// Ids are made by the hosts of passes, `createdAt` by the database: their clocks may differ by this much.
const SKEW_MS = 3_600_000

/** The lowest UUIDv7 of any run recorded at or after an instant, by clocks that differ by at most `skewMs`: finds rows by time through the primary key. */
export function lowestRunId(from: Date, skewMs = SKEW_MS): string {
  return uuidAt(Math.max(0, from.getTime() - skewMs), '7000-8000-000000000000')
}

/** The highest UUIDv7 of any run recorded before an instant. */
export function highestRunId(to: Date): string {
  return uuidAt(Math.max(0, to.getTime() + SKEW_MS), '7fff-bfff-ffffffffffff')
}

function uuidAt(ms: number, rest: string): string {
  const hex = Math.min(ms, 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${rest}`
}
