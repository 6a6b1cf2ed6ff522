import type { JobContext } from '../domain/job.js'
import { describeError } from './describe-error.js'
import { completed, type Ending } from './ending.js'
import type { FunctionWork } from './job.js'

/** Loads a job's function and calls it. Never rejects, however late the function does. */
export async function callFunction(work: FunctionWork, context: JobContext): Promise<Ending> {
  try {
    const run = await work.load()
    return completed(await run(context))
  } catch (thrown) {
    return { kind: 'failed', error: isAbort(thrown, context.signal) ? null : describeError(thrown) }
  }
}

/** Many libraries throw an AbortError of their own instead of the signal's reason. */
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  if (thrown === signal.reason) return true
  try {
    return thrown instanceof Error && (thrown.name === 'AbortError' || thrown.cause === signal.reason)
  } catch {
    return false
  }
}
