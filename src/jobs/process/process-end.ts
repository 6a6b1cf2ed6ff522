import type { Ending } from '../ending.js'
import { lastLine } from '../last-line.js'
import type { Exit } from '../supervise.js'

/** What is known of a job's process beside how it ended. */
export interface ProcessTraces {
  /** V8 said so on its way out. */
  isOutOfMemory: boolean
  memoryLimitMb: number | null
  stderr: string
}

/** What the end of a job's process means when the job itself did not say how it ended. */
export function describeProcessEnd(exit: Exit, traces: ProcessTraces): Ending {
  if (exit.killed) return { kind: 'unsettled', fate: 'killed' }
  return { kind: 'failed', error: `the job's process ${howItEnded(exit, traces)}` }
}

function howItEnded(exit: Exit, { isOutOfMemory, memoryLimitMb, stderr }: ProcessTraces): string {
  if (exit.error !== null) return `could not be started: ${exit.error.message}`
  if (isOutOfMemory) return `ran out of memory${memoryLimitMb === null ? '' : ` (cap ${memoryLimitMb} MiB)`}`
  if (exit.signal === 'SIGKILL') return 'was killed by SIGKILL, perhaps because the machine ran out of memory'
  if (exit.signal !== null) return `was killed by ${exit.signal}${lastLine(stderr)}`
  return `exited with code ${exit.code} before finishing${lastLine(stderr)}`
}
