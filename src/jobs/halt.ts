import { setMaxListeners } from 'node:events'

import { systemClock, type Clock } from '../clock.js'
import { formatDuration } from '../durations.js'
import { StopRequest, type StopKind } from './job.js'

/** Why an attempt was told to end before it did so by itself. */
export interface HaltReason {
  kind: StopKind | 'timeout'
  message: string
}

// With a reason of its own: without one every abort makes a DOMException with a stack, 20 µs of each attempt.
const DISARMED = 'disarmed'

type HaltClock = Pick<Clock, 'monotonicMs' | 'sleep'>

/** Tells one attempt to end, at its timeout or when its run is to stop; the first of the two counts. */
export class Halt {
  readonly #controller = new AbortController()
  readonly #clock: HaltClock
  readonly #startedMs: number
  readonly #timeoutMs: number
  readonly #stop: AbortSignal
  readonly #onStop = (): void => this.#halt(stopReason(this.#stop.reason), this.#stop.reason)
  readonly #disarmed = new AbortController()
  #reason: HaltReason | null = null
  #settledMs: number | null = null

  constructor(timeoutMs: number, stop: AbortSignal, clock: HaltClock = systemClock) {
    this.#clock = clock
    this.#startedMs = clock.monotonicMs()
    this.#timeoutMs = timeoutMs
    this.#stop = stop
    // Many attempts share a stop, and a job may hand its signal to many calls: no leak, no warning.
    // Not 0: on Node 20 that makes getMaxListeners, which fetch calls, throw.
    setMaxListeners(Infinity, stop, this.signal)
    stop.addEventListener('abort', this.#onStop, { once: true })
    if (stop.aborted) this.#onStop()
    else void clock.sleep(timeoutMs, this.#disarmed.signal).then(() => this.#onTimeout())
  }

  /** The job's signal: its reason is a DOMException named TimeoutError, or the StopRequest. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get reason(): HaltReason | null {
    return this.#reason
  }

  get isSettled(): boolean {
    return this.#settledMs !== null
  }

  /** Milliseconds from the start until `settle`. */
  get durationMs(): number {
    return Math.round((this.#settledMs ?? this.#clock.monotonicMs()) - this.#startedMs)
  }

  /** The attempt has failed though its function has not returned: tells that to end. */
  abandon(thrown: unknown): void {
    this.#controller.abort(thrown)
  }

  /** The work has ended: fixes how long it took and whether it was told to. Later calls change nothing. */
  settle(): void {
    if (this.#settledMs !== null) return
    this.#settledMs = this.#clock.monotonicMs()
    this.#disarm()
    // A job that blocked the event loop kept the timer from firing.
    if (this.#reason === null && this.durationMs > this.#timeoutMs) this.#reason = timeoutReason(this.#timeoutMs)
  }

  #onTimeout(): void {
    if (this.#disarmed.signal.aborted) return
    const reason = timeoutReason(this.#timeoutMs)
    this.#halt(reason, new DOMException(reason.message, 'TimeoutError'))
  }

  #halt(reason: HaltReason, abortReason: unknown): void {
    if (this.#reason !== null || this.isSettled) return
    this.#reason = reason
    this.#disarm()
    this.#controller.abort(abortReason)
  }

  #disarm(): void {
    this.#disarmed.abort(DISARMED)
    this.#stop.removeEventListener('abort', this.#onStop)
  }
}

function timeoutReason(timeoutMs: number): HaltReason {
  return { kind: 'timeout', message: `timed out after ${formatDuration(timeoutMs)}` }
}

function stopReason(reason: unknown): HaltReason {
  if (reason instanceof StopRequest) return { kind: reason.kind, message: reason.message }
  return { kind: 'interrupted', message: 'the run was told to stop' }
}
