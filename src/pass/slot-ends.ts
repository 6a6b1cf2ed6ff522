import type { RunHead } from '../domain/run.js'
import { settledSlot, settlementOf, type SlotId, type SlotSettlement } from '../ledger/settlement.js'
import type { RunEnd } from './tally.js'

/** Follows the runs of a group until the last one leaves the pass: with its end the slot is settled. */
export class SlotEnds {
  readonly #runs: readonly RunHead[]
  readonly #ends: (RunEnd & { startedAt: Date | null })[] = []
  #left = 0

  constructor(runs: readonly RunHead[]) {
    this.#runs = runs
  }

  /**
   * A run has ended, or waits for another pass (`end` null). With the last one: what is known of the slot when this pass took it
   * whole and ended it, else the slot, of which the database knows the rest. Null: nothing is to be settled.
   */
  leave(end: RunEnd | null, startedAt: Date | null): SlotSettlement | SlotId | null {
    this.#left += 1
    if (end !== null) this.#ends.push({ ...end, startedAt })
    const [first] = this.#runs
    const slot = first === undefined ? null : settledSlot(first)
    if (this.#left < this.#runs.length || slot === null) return null
    const isKnown = this.#ends.length === this.#runs.length && takenWhole(this.#runs)
    return isKnown ? settlementOf(slot, this.#ends) : slot
  }
}

/** All runs of the slot are here, and nobody has held them before. */
export function takenWhole(runs: readonly RunHead[]): boolean {
  return runs.every((run) => run.attempt === 0 && run.reason === null)
}
