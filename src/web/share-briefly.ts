import type { Clock } from '../clock.js'

const SHARED_MS = 1000

/** Answers for a second what was read once: however many ask, the database is asked once. */
export function shareBriefly<T>(read: () => Promise<T>, clock: Pick<Clock, 'monotonicMs'>): () => Promise<T> {
  let last: { answer: Promise<T>; untilMs: number } | null = null
  return () => {
    const nowMs = clock.monotonicMs()
    if (last === null || nowMs >= last.untilMs) last = { answer: read(), untilMs: nowMs + SHARED_MS }
    return last.answer
  }
}
