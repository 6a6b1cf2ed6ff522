import type { JsonValue } from '../domain/json.js'
import { formatDuration } from '../durations.js'
import type { AttemptLog } from './attempt-log.js'
import type { Halt, HaltReason } from './halt.js'
import type { AttemptOutcome, AttemptRequest } from './job.js'
import { storableOutput, type StorableOutput } from './storable-output.js'

/** One attempt under way: what its runner works with. */
export interface Attempt {
  request: AttemptRequest
  halt: Halt
  log: AttemptLog
}

/** How the work itself ended, whatever it was told meanwhile. */
export type Ending =
  | ({ kind: 'completed' } & StorableOutput)
  /** `error` null: it says no more than that it was told to end. */
  | { kind: 'failed'; error: string | null; output?: JsonValue }
  /** It did not end within the grace. */
  | { kind: 'unsettled'; fate: 'left behind' | 'killed' }

export function completed(value: unknown): Ending {
  return { kind: 'completed', ...storableOutput(value) }
}

/** Why an attempt ended as it did: the one place where an ending and a halt become an outcome. `graceMs` null: it was cut short. */
export function conclude(
  ending: Ending,
  halt: HaltReason | null,
  graceMs: number | null,
): Pick<AttemptOutcome, 'status' | 'reason' | 'output' | 'error'> {
  const output = ending.kind === 'unsettled' ? null : (ending.output ?? null)
  if (ending.kind === 'completed' && halt?.kind !== 'timeout') {
    return { status: 'COMPLETED', reason: null, output, error: ending.note }
  }
  if (halt === null) {
    const error = ending.kind === 'failed' ? ending.error : null
    return { status: 'FAILED', reason: null, output, error: error ?? 'its process was told to end from outside' }
  }
  return { ...haltedStatus(halt), output, error: `${halt.message}${aftermath(ending, graceMs)}` }
}

function haltedStatus(halt: HaltReason): Pick<AttemptOutcome, 'status' | 'reason'> {
  switch (halt.kind) {
    case 'timeout':
      return { status: 'TIMED_OUT', reason: null }
    case 'interrupted':
    case 'lease-lost':
      return { status: 'INTERRUPTED', reason: 'interrupted' }
    case 'requested':
    case 'replaced':
      return { status: 'CANCELLED', reason: halt.kind }
  }
}

function aftermath(ending: Ending, graceMs: number | null): string {
  switch (ending.kind) {
    case 'completed':
      return ', it finished only after that'
    case 'unsettled':
      return `, it did not end within ${graceMs === null ? 'the time that was left' : `the grace of ${formatDuration(graceMs)}`} and was ${ending.fate}`
    case 'failed':
      return ending.error === null ? '' : `\n${ending.error}`
  }
}
