import type { Clock } from '../clock.js'

/** Bounds how often an address may fail to sign in. */
export interface TryLimit {
  /** Seconds to wait before the next try; 0: go on. */
  waitSeconds(address: string): number
  failed(address: string): void
}

const MOST_FAILURES = 10
const WINDOW_MS = 60_000
const MOST_ADDRESSES = 10_000

export function createTryLimit(clock: Pick<Clock, 'monotonicMs'>): TryLimit {
  const windows = new Map<string, { failures: number; endsAtMs: number }>()
  const current = (address: string) => {
    const window = windows.get(address)
    return window !== undefined && window.endsAtMs > clock.monotonicMs() ? window : null
  }
  return {
    waitSeconds: (address) => {
      const window = current(address)
      if (window === null || window.failures < MOST_FAILURES) return 0
      return Math.ceil((window.endsAtMs - clock.monotonicMs()) / 1000)
    },
    failed: (address) => {
      const window = current(address)
      if (window !== null) {
        window.failures += 1
        return
      }
      windows.delete(address)
      const [oldest] = windows.keys()
      if (windows.size >= MOST_ADDRESSES && oldest !== undefined) windows.delete(oldest)
      windows.set(address, { failures: 1, endsAtMs: clock.monotonicMs() + WINDOW_MS })
    },
  }
}
