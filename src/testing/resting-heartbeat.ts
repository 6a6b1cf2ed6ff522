import type { CreateHeartbeat } from '../pass/heartbeat.js'
import type { Life } from './life.js'
import type { VirtualTime } from './virtual-time.js'

const BEAT_MS = 20_000

/** A heartbeat without a thread: it beats when time passes, and no job in this process can starve it for longer than that. */
export function restingHeartbeat(life: Life, time: VirtualTime): CreateHeartbeat {
  return ({ passId, leaseMs }, on) => {
    const stopped = new AbortController()
    let held = true
    let beating: Promise<void> | null = null

    async function beatOn(): Promise<void> {
      while (held) {
        await life.untilDeath(time.rest(BEAT_MS, life.untilThen(stopped.signal)))
        if (stopped.signal.aborted) return
        const renewal = await life.store.renewLease(passId, leaseMs)
        held = renewal.alive
        for (const { runId, reason } of renewal.cancel) on.cancel(runId, reason)
      }
      on.lost()
    }

    return {
      start() {
        beating ??= beatOn().catch((error: unknown) => on.trouble(String(error)))
      },
      holds: () => held,
      watch: () => undefined,
      unwatch: () => undefined,
      async stop() {
        stopped.abort()
        await beating
      },
    }
  }
}
