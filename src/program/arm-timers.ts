import type { PassContext } from '../pass/pass-context.js'

/** What recording takes at the end of `--max-duration`. */
const RECORDING_MS = 1500
/** Jobs and hooks that obey the grace to the millisecond are not cut short. */
const SLACK_MS = 250

/** `--max-duration` and the caller's signal stop the pass; what they do not end in time is left behind. Answers how to disarm. */
export function armTimers(
  { signal }: { signal?: AbortSignal },
  { settings, environment, stopper, clock }: PassContext,
): () => void {
  const done = new AbortController()
  const after = (ms: number, act: () => void): void =>
    void clock.sleep(ms, done.signal).then(() => {
      if (!done.signal.aborted) act()
    })
  if (settings.maxDurationMs !== null) {
    const leftMs = settings.maxDurationMs - (clock.monotonicMs() - settings.startedAtMs)
    const reserveMs = Math.min(environment.shutdownGraceMs + 2000, settings.maxDurationMs / 2)
    after(leftMs - reserveMs, () => stopper.stop({ kind: 'max-duration' }))
    after(leftMs - Math.min(RECORDING_MS, reserveMs / 2), () => stopper.hurry())
  }
  // Hooks and jobs that end on nobody's order are left behind in time to record what they leave.
  const hurryInTime = (): void => after(environment.shutdownGraceMs + SLACK_MS, () => stopper.hurry())
  if (stopper.signal.aborted) hurryInTime()
  else stopper.signal.addEventListener('abort', hurryInTime, { once: true })
  const onAbort = (): void => stopper.stop({ kind: 'signal', signal: 'SIGTERM' })
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    done.abort()
    signal?.removeEventListener('abort', onAbort)
  }
}
