import { callFunction } from './call-function.js'
import { describeError } from './describe-error.js'
import type { Attempt, Ending } from './ending.js'
import { afterGrace } from './grace.js'
import { createContext } from './job-context.js'
import { ExitRefused, inJobScope, type JobScope } from './job-scope.js'
import type { FunctionWork } from './job.js'

/**
 * Runs a function in this process. Code cannot be killed here: what does not end within the grace is left behind. What it
 * throws outside its promise (a timer's callback, a forgotten rejection) fails the attempt, as it would end a process.
 */
export async function runFunction({ request, halt, log }: Attempt, work: FunctionWork): Promise<Ending> {
  const context = createContext(request.context, {
    signal: halt.signal,
    log: log.lines,
    onProgress: (fraction, note) => {
      if (!halt.isSettled) request.onProgress(fraction, note)
    },
  })
  return new Promise((resolve) => {
    let stray: Ending | null = null
    const scope: JobScope = {
      name: `job ${request.job.name} (run ${request.context.runId})`,
      blame(thrown) {
        if (halt.isSettled) return false
        stray ??= { kind: 'failed', error: describeStray(thrown) }
        halt.abandon(thrown)
        return true
      },
    }
    const cancel = afterGrace(
      halt.signal,
      request.graceMs,
      () => resolve(stray ?? { kind: 'unsettled', fate: 'left behind' }),
      request.hurry,
    )
    void inJobScope(scope, () => callFunction(work, context)).then((ending) => {
      halt.settle()
      cancel()
      resolve(stray ?? ending)
    })
  })
}

function describeStray(thrown: unknown): string {
  return thrown instanceof ExitRefused ? thrown.message : `outside its promise: ${describeError(thrown)}`
}
