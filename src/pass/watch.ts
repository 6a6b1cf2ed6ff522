import type { BusyPass } from '../store/store.js'
import type { OpenPass } from './open-pass.js'

const FIRST_LOOK_MS = 50
const LONGEST_LOOK_MS = 500
// In leases of this pass. One that is neither renewed nor over by then was granted before the database's clock was set back.
const LONGEST_WATCH = 3

/**
 * Before a pass exits it watches passes that hold runs until each finishes, renews its lease (alive: leave it) or lets it
 * expire (dead: recover what it held). Beside a healthy pass that takes at most a third of the lease, after a crash one
 * lease. True: there is more to do.
 */
export async function watch(open: OpenPass): Promise<boolean> {
  const { store, passId, clock, stopper, heartbeat, observer } = open.runtime
  const seen = new Map<number, number>()
  let waitMs = FIRST_LOOK_MS
  let finished = false
  const givesUpAtMs = clock.monotonicMs() + LONGEST_WATCH * open.context.environment.leaseMs
  while (stopper.reason() === null && open.runtime.patienceMs() > 0) {
    const busy = await store.listBusyPasses(passId)
    if (busy.some((pass) => pass.leaseLeftMs <= 0)) return true
    const unsure = busy.filter((pass) => (seen.get(pass.id) ?? pass.leaseUntil.getTime()) === pass.leaseUntil.getTime())
    if ([...seen.keys()].some((id) => busy.every((pass) => pass.id !== id))) finished = true
    if (unsure.length === 0) break
    if (clock.monotonicMs() >= givesUpAtMs) {
      observer.warning(
        `${nameAll(unsure)} neither renews its lease nor lets it end; was the database's clock set back? The next pass looks again`,
      )
      break
    }
    if (seen.size === 0) {
      // Watching may outlast this pass's own lease.
      heartbeat.start()
      observer.waiting(`watching ${nameAll(unsure)}: alive, or to be taken over?`)
    }
    for (const pass of busy) if (!seen.has(pass.id)) seen.set(pass.id, pass.leaseUntil.getTime())
    await clock.sleep(Math.min(waitMs, ...unsure.map((pass) => Math.max(pass.leaseLeftMs + 1, 1))), stopper.signal)
    waitMs = Math.min(waitMs * 1.5, LONGEST_LOOK_MS)
  }
  return finished && stopper.reason() === null && giveWaitingAnotherLook(open)
}

function nameAll(passes: readonly BusyPass[]): string {
  return passes.map((pass) => `pass ${pass.id} on ${pass.host}`).join(', ')
}

/** A pass that was watched has finished: what waited for its runs can be taken now. Once, so that passes end. */
function giveWaitingAnotherLook(open: OpenPass): boolean {
  if (open.lookedAgain || open.runtime.tally.counts.locked === 0) return false
  open.lookedAgain = true
  return true
}
