import { failpoint } from '../failpoints.js'
import { check, recordIdle } from './check.js'
import type { PassContext } from './pass-context.js'
import type { PassReport } from './report.js'

/**
 * One pass: check what is due, lock it, execute it, record it. Safety comes from the unique slot (a slot is taken in one
 * transaction that inserts its runs), liveness from the lease (one per pass, whose id fences every write).
 */
export async function pass(context: PassContext): Promise<PassReport> {
  const found = await check(context)
  FAILPOINT: await failpoint('pass.checked')
  if (found.isIdle) {
    const report = await recordIdle(context, found)
    if (report !== null) return report
  }
  // Everything below is loaded only when there is something to do.
  const { openPass, recover, lock, watch, closePass } = await import('./steps.js')
  const open = await openPass(context, found)
  FAILPOINT: await failpoint('pass.opened')
  const work = async (): Promise<void> => {
    do {
      await recover(open)
      FAILPOINT: await failpoint('pass.recovered')
      for await (const taken of lock(open, recover)) open.executor.add(taken)
      FAILPOINT: await failpoint('pass.executed')
    } while (await watch(open))
  }
  // A pass without its lease does not wait for a database that no longer answers.
  await Promise.race([work().catch(open.fail), open.lost])
  return await closePass(open)
}
