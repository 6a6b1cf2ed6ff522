import type { ChildProcess } from 'node:child_process'

import { systemClock } from '../clock.js'
import { afterGrace } from './grace.js'
import type { Halt } from './halt.js'
import { holdGroup, releaseGroup } from './held-groups.js'
import { signalGroup } from './live-groups.js'
import { within } from './within.js'

/** How a job's process ended; `killed`: by us, because the grace was over. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  killed: boolean
  /** It could not be started. */
  error: NodeJS.ErrnoException | null
}

/** A job's process, which leads a process group of its own. */
export interface Supervised {
  exited: Promise<Exit>
  /** Waits a little for the process to end, then ends whatever is left of its group. */
  close(): Promise<void>
}

const PATIENCE_MS = 1000
const LOOK_MS = 20
const UNKILLABLE_MS = 1000

/** Tells the whole group to end (SIGTERM) when the attempt is halted, and kills it when the grace is over. */
export function supervise(child: ChildProcess, halt: Halt, graceMs: number, hurry?: AbortSignal): Supervised {
  const { exited, giveUp } = watchExit(child)
  const { pid } = child
  if (pid === undefined) return { exited, close: () => Promise.resolve() }
  let killAtMs: number | null = null
  holdGroup(pid)
  const cancelTerm = afterGrace(halt.signal, 0, () => {
    killAtMs = systemClock.monotonicMs() + graceMs
    signalGroup(pid, 'SIGTERM')
  })
  const kill = (): void => {
    killAtMs = systemClock.monotonicMs()
    signalGroup(pid, 'SIGKILL')
    giveUp()
  }
  const cancelKill = afterGrace(halt.signal, graceMs, kill, hurry)
  return { exited, close: () => close(pid) }

  async function close(group: number): Promise<void> {
    const patienceMs = Math.min(graceMs, PATIENCE_MS)
    cancelTerm()
    cancelKill()
    await within(exited, killAtMs === null ? patienceMs : killAtMs - systemClock.monotonicMs())
    await endGroup(group, killAtMs, patienceMs)
    releaseGroup(group)
  }
}

/** A process that waits for a disk or a network drive cannot even be killed: then nobody waits for it for ever. */
function watchExit(child: ChildProcess): { exited: Promise<Exit>; giveUp(): void } {
  let killed = false
  let giveUp: () => void = () => undefined
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, killed: killed && signal === 'SIGKILL', error: null }))
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, killed: false, error })
    })
    giveUp = () => {
      killed = true
      setTimeout(() => resolve({ code: null, signal: null, killed: true, error: null }), UNKILLABLE_MS).unref()
    }
  })
  return { exited, giveUp }
}

/** Children that a job started and left running go with it. */
async function endGroup(pid: number, killAtMs: number | null, patienceMs: number): Promise<void> {
  const deadlineMs = killAtMs ?? systemClock.monotonicMs() + patienceMs
  if (!signalGroup(pid, killAtMs === null ? 'SIGTERM' : 0)) return
  while (systemClock.monotonicMs() < deadlineMs) {
    await systemClock.sleep(LOOK_MS)
    if (!signalGroup(pid, 0)) return
  }
  signalGroup(pid, 'SIGKILL')
}
