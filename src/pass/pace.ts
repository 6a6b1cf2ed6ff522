import { systemClock, type Clock } from '../clock.js'

/** How fast handlers end, and so how far ahead of them a pass may work. */
export interface Pace {
  /** Call at a handler's start; call what it returns at its end. */
  begin(): () => void
  /** How long writing a flush of starts and finishes took. */
  flushed(ms: number): void
  /** Runs that may be started (marked RUNNING) ahead of a free place: what gets one while the next flush is written. */
  startsAhead(): number
  /** Runs that may be taken ahead of being started: those that start within about a quarter of a second. */
  takeAhead(): number
}

const START_AHEAD_MS = 5
const LONGEST_START_AHEAD_MS = 50
const TAKE_AHEAD_MS = 250
const MOST_AHEAD = 500
/** Busy time that makes a measurement. */
const MEASURE_MS = 2
/** Weight of the newest measurement in the moving averages. */
const NEWEST_WEIGHT = 0.3

/**
 * Measures handlers that end per millisecond while any is busy: waiting for the database between them does not count,
 * or a slow database would make a pass work in ever smaller bites.
 */
export function createPace(concurrency: number, clock: Pick<Clock, 'monotonicMs'> = systemClock): Pace {
  let endedPerMs: number | null = null
  let flushMs = 0
  let busy = 0
  let busyMs = 0
  let ended = 0
  let markMs = 0

  function mark(): void {
    const nowMs = clock.monotonicMs()
    if (busy > 0) busyMs += nowMs - markMs
    markMs = nowMs
  }

  function measure(): void {
    if (busyMs < MEASURE_MS) return
    const rate = ended / busyMs
    endedPerMs = endedPerMs === null ? rate : endedPerMs + NEWEST_WEIGHT * (rate - endedPerMs)
    busyMs = 0
    ended = 0
  }

  const ahead = (windowMs: number): number => Math.min(MOST_AHEAD, Math.floor((endedPerMs ?? 0) * windowMs))

  return {
    begin() {
      mark()
      busy += 1
      return () => {
        mark()
        busy -= 1
        ended += 1
        measure()
      }
    },
    flushed(ms) {
      flushMs += NEWEST_WEIGHT * (ms - flushMs)
    },
    startsAhead: () => ahead(Math.min(Math.max(START_AHEAD_MS, flushMs), LONGEST_START_AHEAD_MS)),
    takeAhead: () => Math.max(concurrency, ahead(TAKE_AHEAD_MS)),
  }
}
