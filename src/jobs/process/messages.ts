import type { Ending } from '../ending.js'
import type { HaltReason } from '../halt.js'
import type { AttemptRequest } from '../job.js'

/** What a job's own process is told. */
export type Order = StartOrder | ({ type: 'stop' } & HaltReason)

export interface StartOrder {
  type: 'start'
  configFile: string
  jobName: string
  context: AttemptRequest['context']
}

/** What it tells; its log lines come through stdout, which holds it back when nobody keeps up. */
export type Report = { type: 'progress'; fraction: number; note: string | null } | { type: 'ended'; ending: Ending }

/** Jobs may have something to say to a parent process as well, which is not for the pass. */
export interface Envelope {
  toPass: Report
}

export function reportIn(message: unknown): Report | null {
  return typeof message === 'object' && message !== null && 'toPass' in message ? (message as Envelope).toPass : null
}
