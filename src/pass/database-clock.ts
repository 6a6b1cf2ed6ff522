import type { Clock } from '../clock.js'

/** The database's clock, carried forward between round trips by this host's monotonic one. */
export interface DatabaseClock {
  now(): Date
  /** Milliseconds until that instant; 0 when it has come. */
  msUntil(instant: Date): number
}

/** `readAtMs`: the monotonic time at which the database said `now`. */
export function databaseClock(clock: Clock, now: Date, readAtMs: number): DatabaseClock {
  const offsetMs = now.getTime() - readAtMs
  const nowMs = (): number => clock.monotonicMs() + offsetMs
  return {
    now: () => new Date(nowMs()),
    msUntil: (instant) => Math.max(0, instant.getTime() - nowMs()),
  }
}
