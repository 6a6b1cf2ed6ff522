import { systemClock } from '../clock.js'

/** What a promise gives, or null when it takes longer than `ms`. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  const done = new AbortController()
  const value = await Promise.race([promise, systemClock.sleep(ms, done.signal).then(() => null)])
  done.abort()
  return value
}
