import { AsyncLocalStorage } from 'node:async_hooks'

/** Code from the config while it runs in this process: what it does outside its promise is traced back to it. */
export interface JobScope {
  /** For messages: `job send-digests`. */
  name: string
  /** Told what was thrown outside the promise. False: it has ended, nobody waits for it any more. */
  blame(thrown: unknown): boolean
}

/** Thrown in place of ending the process, which holds the runs of other jobs too. */
export class ExitRefused extends Error {
  override readonly name = 'ExitRefused'

  constructor(code: unknown) {
    const shown = typeof code === 'number' || typeof code === 'string' ? String(code) : ''
    super(`called process.exit(${shown}), which would have ended the whole pass; throw, or use isolation: 'process'`)
  }
}

const scopes = new AsyncLocalStorage<JobScope>()
let exitIsGuarded = false

export function inJobScope<T>(scope: JobScope, call: () => T): T {
  guardExit()
  return scopes.run(scope, call)
}

/** The scope of the code that is running, timers and forgotten promises included; null: not a job's. */
export function currentJobScope(): JobScope | null {
  return scopes.getStore() ?? null
}

/** While it lasts nobody ends this process, a job's own handler of a signal neither. Answers how to end it. */
export function refuseExits(onRefused: (refused: ExitRefused) => void): () => void {
  guardExit()
  onStrangersExit = onRefused
  return () => {
    onStrangersExit = null
  }
}

/**
 * For what is called next in this turn: handlers of uncaught errors that end the process, as many libraries bring them. What
 * such a handler throws would end it, so to them the refusal is none.
 */
export function spareHandlers(): void {
  handlersAreCalled = true
  setImmediate(() => (handlersAreCalled = false))
}

let handlersAreCalled = false
let onStrangersExit: ((refused: ExitRefused) => void) | null = null

/** From the first job on `process.exit` throws where a job calls it; everybody else's calls go through, unless refused. */
function guardExit(): void {
  if (exitIsGuarded) return
  exitIsGuarded = true
  const exit = process.exit.bind(process)
  process.exit = (code?: number | string | null): never => {
    const scope = currentJobScope()
    if (scope === null && onStrangersExit === null) return exit(code)
    const refused = new ExitRefused(code)
    if (scope === null) onStrangersExit?.(refused)
    else scope.blame(refused)
    if (handlersAreCalled) return undefined as never
    throw refused
  }
}
