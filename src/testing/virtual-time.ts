import type { Clock } from '../clock.js'
import { ScheduleError } from '../errors.js'
import type { Activity } from './activity.js'

interface Sleeper {
  wakesAtMs: number
  /** Time is made to pass for it when nothing else is under way. */
  pressing: boolean
  wake(): void
}

// A wait that no test means to see the end of: what a pass does when it waits for something else.
const FAR_OFF_MS = 10 * 366 * 86_400_000

/**
 * Time that stands still until it is set, and passes by itself only while everything that goes on sleeps: then it moves
 * to the next instant at which somebody wakes. Never goes back.
 */
export class VirtualTime implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()
  readonly #activity: Activity

  constructor(now: Date, activity: Activity) {
    this.#nowMs = now.getTime()
    this.#activity = activity
    activity.onQuiet(() => this.#pass())
  }

  now(): Date {
    return new Date(this.#nowMs)
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleep(ms, ms < FAR_OFF_MS, signal)
  }

  /** Sleeps without making time pass: wakes when others have made it pass. */
  rest(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleep(ms, false, signal)
  }

  /** Throws USAGE for an instant in the past. */
  moveTo(instant: Date): void {
    const ms = instant.getTime()
    if (!(ms >= this.#nowMs)) {
      const given = Number.isNaN(ms) ? 'an invalid date' : instant.toISOString()
      throw new ScheduleError('USAGE', `the clock stands at ${this.now().toISOString()} and cannot go to ${given}`, {
        fix: 'set it to a later instant, or create another test runner',
      })
    }
    this.#nowMs = ms
    this.#wakeDue()
  }

  #sleep(ms: number, pressing: boolean, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const sleeper: Sleeper = { wakesAtMs: this.#nowMs + Math.ceil(ms), pressing, wake }
      const sleepers = this.#sleepers
      const activity = this.#activity
      sleepers.add(sleeper)
      signal?.addEventListener('abort', wake, { once: true })
      activity.touch()
      function wake(): void {
        sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        activity.touch()
        resolve()
      }
    })
  }

  /** Everything sleeps: on to whoever wakes first, if anybody's sleep is meant to end. */
  #pass(): void {
    const sleepers = [...this.#sleepers]
    if (!sleepers.some((sleeper) => sleeper.pressing)) return
    this.#nowMs = Math.max(this.#nowMs, Math.min(...sleepers.map((sleeper) => sleeper.wakesAtMs)))
    this.#wakeDue()
  }

  #wakeDue(): void {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.wakesAtMs <= this.#nowMs)
    for (const sleeper of due.sort((a, b) => a.wakesAtMs - b.wakesAtMs)) sleeper.wake()
  }
}
