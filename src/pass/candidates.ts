import type { OpenPass } from './open-pass.js'

/** Schedules looked up at once; a pass works through the list in small windows. */
const LIST_LIMIT = 10_000
/** A list is not looked up anew before it is this old. */
const STALE_MS = 50

/** The schedules that may have something to take. */
export class Candidates {
  /** Asked to make way for a newer slot (`replace`): looked at again until they have. */
  readonly replacing: Set<string>
  readonly #open: OpenPass
  readonly #offered = new Set<string>()
  #ids: string[] = []
  #at = 0
  #wasFull = false
  #filledAtMs = Number.NEGATIVE_INFINITY

  constructor(open: OpenPass) {
    this.#open = open
    this.replacing = open.replacing
  }

  /** Looks up what is due; `anew` forgets what this pass has looked at already. */
  async fill(anew = true): Promise<void> {
    if (anew) this.#offered.clear()
    const { context, until, rules } = this.#open
    const { scheduleIds } = context.settings
    const takeable = await context.store.listTakeable({
      configName: context.config.name,
      until,
      limit: LIST_LIMIT,
      slotsPaused: rules.globalPause !== null,
      ...(scheduleIds === null ? {} : { scheduleIds }),
    })
    this.#filledAtMs = context.clock.monotonicMs()
    this.#wasFull = takeable.length >= LIST_LIMIT
    const fresh = takeable.filter((each) => !this.#offered.has(each.scheduleId))
    const top = fresh[0]?.priority
    const urgent = fresh.filter((each) => each.priority === top).map((each) => each.scheduleId)
    const others = fresh.filter((each) => each.priority !== top).map((each) => each.scheduleId)
    this.#ids = [...turned(urgent), ...others]
    this.#at = 0
  }

  next(count: number): string[] {
    const ids = this.#ids.slice(this.#at, this.#at + Math.max(count, 0))
    this.#at += ids.length
    for (const id of ids) this.#offered.add(id)
    return ids
  }

  /** More was due than one look-up lists. */
  async fillAgain(): Promise<boolean> {
    if (!this.#wasFull || !this.isEmpty()) return false
    await this.fill(false)
    return !this.isEmpty()
  }

  /** Others have taken most of what was offered, so most of the rest as well: looks up what they have left. */
  async refill(): Promise<void> {
    if (this.isEmpty() || this.#open.context.clock.monotonicMs() - this.#filledAtMs < STALE_MS) return
    await this.fill(false)
  }

  /** Schedules whose runs ended and that have more to take go first. */
  takeBack(again: Set<string>): void {
    if (again.size === 0) return
    // Not yet offered anew: a look-up meanwhile must find them again.
    for (const id of again) this.#offered.delete(id)
    this.#ids = [...again, ...this.#ids.slice(this.#at)]
    this.#at = 0
    again.clear()
  }

  retryReplacing(): void {
    this.takeBack(this.replacing)
  }

  isEmpty(): boolean {
    return this.#at >= this.#ids.length
  }
}

/** Passes that start together begin at different places of the same list, so that they seldom wait for each other's locks. */
function turned(ids: readonly string[]): string[] {
  if (ids.length < 16) return [...ids]
  const start = Math.floor(Math.random() * ids.length)
  return [...ids.slice(start), ...ids.slice(0, start)]
}
