import type { SlotRange } from '../calendar/window.js'
import type { WriteOff } from '../store/store.js'

/** The rows that say of ranges of slots why none of them ran. */
export function writeOffRows(
  status: WriteOff['status'],
  reason: WriteOff['reason'],
  ranges: readonly SlotRange[],
): WriteOff[] {
  return ranges.map(({ first, last, count }) => ({
    status,
    reason,
    firstSlot: first,
    lastSlot: last,
    slotCount: count,
  }))
}
