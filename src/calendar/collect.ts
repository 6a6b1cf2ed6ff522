import type { CronPattern } from './pattern.js'
import { countOf, instantsOf } from './slots.js'
import type { Stretch } from './slots.js'

/** Slots of a period: how many, the outermost, and the newest in ascending order. */
export interface SlotSpan {
  count: number
  first: Date | null
  last: Date | null
  newest: Date[]
}

/** Counts slots day by day, so that years of every-minute slots take milliseconds; lists only the newest `keep`. */
export function collectSlots(days: Iterable<Stretch>, pattern: CronPattern, keep: number): SlotSpan {
  let count = 0
  let first: Date | null = null
  const tail: { stretch: Stretch; size: number }[] = []
  let dropped = 0
  for (const stretch of days) {
    const size = countOf(stretch, pattern)
    if (size === 0) continue
    if (count === 0) first = datesOf(stretch, pattern)[0] ?? null
    count += size
    tail.push({ stretch, size })
    // The newest day stays, because `last` lies in it.
    for (let oldest = tail[0]; tail.length > 1 && oldest && count - dropped - oldest.size >= keep; oldest = tail[0]) {
      dropped += oldest.size
      tail.shift()
    }
  }
  const dates = tail.flatMap(({ stretch }) => datesOf(stretch, pattern))
  return { count, first, last: dates.at(-1) ?? null, newest: keep > 0 ? dates.slice(-keep) : [] }
}

function datesOf(stretch: Stretch, pattern: CronPattern): Date[] {
  return Array.from(instantsOf(stretch, pattern), (at) => new Date(at))
}
