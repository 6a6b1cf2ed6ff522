import { AHEAD_MS } from './look.js'
import type { OpenPass } from './open-pass.js'

/**
 * While work that was due at the start goes on, the platform may be skipping passes because this one lives: look again
 * once per interval. Work found that way causes no further look, so that the pass ends.
 */
export class Recheck {
  late = false
  readonly #open: OpenPass
  readonly #recover: (open: OpenPass) => Promise<void>
  #dueAtMs: number

  constructor(open: OpenPass, recover: (open: OpenPass) => Promise<void>) {
    this.#open = open
    this.#recover = recover
    this.#dueAtMs = open.context.clock.monotonicMs() + open.context.environment.pollIntervalMs
  }

  async isDue(): Promise<boolean> {
    const { context, runtime, executor } = this.#open
    if (context.clock.monotonicMs() < this.#dueAtMs || !executor.hasFirstWork()) return false
    this.#dueAtMs += context.environment.pollIntervalMs
    this.late = true
    this.#open.until = new Date(runtime.databaseClock.now().getTime() + AHEAD_MS)
    await this.#recover(this.#open)
    return true
  }

  /** Waits until a group ends, the pass is stopped, or the next look is due. */
  async orChange(mostMs = Number.MAX_SAFE_INTEGER): Promise<void> {
    const { context, executor } = this.#open
    const waited = new AbortController()
    const stop = (): void => waited.abort()
    context.stopper.signal.addEventListener('abort', stop, { once: true })
    const waitMs = executor.hasFirstWork() ? this.#dueAtMs - context.clock.monotonicMs() : mostMs
    const asleep = context.clock.sleep(Math.min(waitMs, mostMs), waited.signal).then(stop)
    if (context.stopper.signal.aborted) stop()
    await executor.change(waited.signal)
    stop()
    await asleep
    context.stopper.signal.removeEventListener('abort', stop)
  }
}
