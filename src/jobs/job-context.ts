import type { JobContext, JobLog } from '../domain/job.js'
import { redact } from '../secrets.js'
import { show } from './job-log.js'
import type { AttemptRequest } from './job.js'

/** What surrounds a function while it runs, inline or in its own process. */
export interface JobSurroundings {
  signal: AbortSignal
  log: JobLog
  onProgress: (fraction: number, note: string | null) => void
}

const NOTE_CHARACTERS = 200

/** The context that a job is given. It is the job's own: what it changes in `params` no later attempt sees. */
export function createContext(
  facts: AttemptRequest['context'],
  { signal, log, onProgress }: JobSurroundings,
): JobContext {
  return {
    ...facts,
    scheduledFor: new Date(facts.scheduledFor),
    params: structuredClone(facts.params),
    signal,
    log,
    progress: (fraction, note: unknown) => onProgress(clamp(fraction), storableNote(note)),
  }
}

function clamp(fraction: number): number {
  return fraction >= 0 ? Math.min(fraction, 1) : 0
}

// Through bytes: MySQL refuses JSON with the half of a surrogate pair that a cut can leave.
function storableNote(note: unknown): string | null {
  if (note === undefined || note === null) return null
  const text = redact(typeof note === 'string' ? note : show(note))
  return Buffer.from(text.slice(0, NOTE_CHARACTERS)).toString()
}
