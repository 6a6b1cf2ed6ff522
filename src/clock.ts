/**
 * Where time comes from. Dueness and leases are decided by the database's clock; this one measures
 * durations, waits, and stands in for the database's clock where there is no database (tests).
 */
export interface Clock {
  /** Wall-clock time of this host; for display and embedded stores, never for dueness on a server. */
  now(): Date
  /** Milliseconds on a clock that never steps, the same in every thread of the process; only differences mean anything. */
  monotonicMs(): number
  /** Resolves after `ms` milliseconds, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** setTimeout fires at once for delays above 2^31-1 ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve()
        return
      }
      const timer = setTimeout(finish, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS))
      signal?.addEventListener('abort', finish, { once: true })
      function finish(): void {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
    }),
}

/** `setImmediate` as it was at first: of fake timers that a test puts in its place nobody makes a turn for a pass. */
export const soon = setImmediate
