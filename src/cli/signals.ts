import { LONGEST_TIMER_MS } from '../clock.js'
import { messageOf, ScheduleError } from '../errors.js'
import { currentJobScope, ExitRefused, refuseExits, spareHandlers } from '../jobs/job-scope.js'
import type { PassStopper } from '../pass/stop.js'

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
type StopSignal = keyof typeof EXIT_CODES
const SIGNALS = Object.keys(EXIT_CODES) as StopSignal[]
/** What recording may take after the grace, and after a second signal, before the process ends without it. */
const RECORDING_MS = 1700
/** What saying so and ending the process may take. */
const EXITING_MS = 300

export interface SignalGuard {
  /** Resolves with the exit code when the pass has had its time, or a third signal asks to end where it is. */
  timeIsUp: Promise<number>
  /** Rejects shortly before the end of `--max-duration`, by which a pass has ended unless its database keeps it waiting. */
  outOfTime: Promise<never>
  dispose(): void
}

interface GuardOptions {
  stopper: PassStopper
  warn(message: string): void
  /** How long jobs may take to end. */
  graceMs(): number
  /** `--max-duration`, counted from the start of the process; null: none. */
  maxDurationMs: number | null
}

/**
 * The first signal stops the pass in good order, a second one leaves its jobs behind and records, a third one ends it where
 * it is. What jobs throw outside their promise (a timer's callback, a forgotten rejection) fails their run, not the pass,
 * and nobody but the pass ends the process.
 */
export function guardProcess({ stopper, warn, graceMs, maxDurationMs }: GuardOptions): SignalGuard {
  let signals = 0
  let endNow: (code: number) => void
  const timers: NodeJS.Timeout[] = []
  const timeIsUp = new Promise<number>((resolve) => {
    endNow = resolve
  })
  const outOfTime = new Promise<never>((_resolve, reject) => {
    if (maxDurationMs === null) return
    const leftMs = maxDurationMs - Math.min(EXITING_MS, maxDurationMs / 20) - performance.now()
    timers.push(setTimeout(() => reject(tookTooLong()), Math.min(leftMs, LONGEST_TIMER_MS)))
  })
  const endIn = (ms: number, signal: StopSignal): void =>
    void timers.push(
      setTimeout(() => {
        warn(`${signal}: the pass did not end in time; the next one takes over what was running`)
        endNow(EXIT_CODES[signal])
      }, ms),
    )
  const onSignal = (signal: StopSignal): void => {
    signals += 1
    if (signals === 1) {
      warn(`${signal}: stopping; jobs are told to end, what they do not finish goes on in a later pass`)
      stopper.stop({ kind: 'signal', signal })
      endIn(graceMs() + RECORDING_MS, signal)
    } else if (signals === 2) {
      warn(`${signal} again: jobs are left behind, recording what was running`)
      stopper.hurry()
      endIn(RECORDING_MS, signal)
    } else endNow(EXIT_CODES[signal])
  }
  let isOver = false
  const onStray = (thrown: unknown): void => {
    spareHandlers()
    if (isOver) return
    const scope = currentJobScope()
    if (scope?.blame(thrown) === true) return
    if (scope === null && thrown instanceof ExitRefused) return
    const who = scope === null ? 'something in this process' : scope.name
    warn(`${who} threw where nobody waits for it: ${messageOf(thrown)}`)
  }
  const allowExits = refuseExits((refused) => warn(`something in this process ${refused.message}`))
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('uncaughtException', onStray)
  process.on('unhandledRejection', onStray)
  return {
    timeIsUp,
    outOfTime,
    dispose() {
      for (const timer of timers) clearTimeout(timer)
      allowExits()
      for (const signal of SIGNALS) process.off(signal, onSignal)
      // What was said may have to wait for its reader: what jobs leaked must not change how the process ends meanwhile.
      isOver = true
    },
  }
}

function tookTooLong(): ScheduleError {
  return new ScheduleError(
    'DATABASE_FAILED',
    'the pass could not end within --max-duration: the database keeps it waiting',
    {
      fix: 'see whether the database answers; the next pass takes over what was running',
    },
  )
}
