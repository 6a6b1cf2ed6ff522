import { StopRequest } from '../jobs/job.js'

/** Why a pass ends early. */
export type PassStop =
  | { kind: 'signal'; signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM' }
  | { kind: 'max-duration' }
  | { kind: 'lease-lost' }
  | { kind: 'failed'; error: unknown }

/** Told once to stop, a pass claims nothing more, aborts its jobs and records what it can. */
export interface PassStopper {
  readonly signal: AbortSignal
  /** Aborted when a stopped pass does not even wait for its jobs' grace any more. */
  readonly hurried: AbortSignal
  /** Aborted with the lease: nothing can be recorded any more, so nobody need wait for the database. */
  readonly lost: AbortSignal
  reason(): PassStop | null
  stop(reason: PassStop): void
  /** Leaves behind what still runs; after `stop`. */
  hurry(): void
  /** The stop signal of one run, aborted with the pass or alone. */
  watchRun(runId: string): AbortSignal
  unwatchRun(runId: string): void
  stopRun(runId: string, kind: 'requested' | 'replaced'): void
}

export function createStopper(): PassStopper {
  const all = new AbortController()
  const hurried = new AbortController()
  const lost = new AbortController()
  const runs = new Map<string, AbortController>()
  let reason: PassStop | null = null
  return {
    signal: all.signal,
    hurried: hurried.signal,
    lost: lost.signal,
    hurry: () => hurried.abort(),
    reason: () => reason,
    stop(why) {
      if (why.kind === 'lease-lost') lost.abort()
      const isWorse = why.kind === 'lease-lost' || why.kind === 'failed'
      if (reason !== null && (!isWorse || reason.kind === 'lease-lost' || reason.kind === 'failed')) return
      reason = why
      all.abort(requestFor(why))
      for (const run of runs.values()) run.abort(requestFor(why))
    },
    watchRun(runId) {
      const controller = new AbortController()
      runs.set(runId, controller)
      if (reason !== null) controller.abort(requestFor(reason))
      return controller.signal
    },
    unwatchRun: (runId) => void runs.delete(runId),
    stopRun(runId, kind) {
      const message = kind === 'requested' ? 'cancelled on request' : 'replaced by a newer slot'
      runs.get(runId)?.abort(new StopRequest(kind, message))
    },
  }
}

function requestFor(why: PassStop): StopRequest {
  switch (why.kind) {
    case 'signal':
      return new StopRequest('interrupted', `the pass was stopped by ${why.signal}`)
    case 'max-duration':
      return new StopRequest('interrupted', 'the pass reached its --max-duration')
    case 'lease-lost':
      return new StopRequest('lease-lost', 'the pass lost its lease')
    case 'failed':
      return new StopRequest('lease-lost', 'the pass lost its database')
  }
}
