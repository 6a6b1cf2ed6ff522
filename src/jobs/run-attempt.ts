import type { JsonValue } from '../domain/json.js'
import { redact } from '../secrets.js'
import { AttemptLog } from './attempt-log.js'
import { describeError } from './describe-error.js'
import { conclude, type Attempt, type Ending } from './ending.js'
import { Halt } from './halt.js'
import type { AttemptOutcome, AttemptRequest } from './job.js'

/** Runs a job once. How it ended is a value: this never throws and never rejects. */
export async function runAttempt(request: AttemptRequest): Promise<AttemptOutcome> {
  const halt = new Halt(request.job.timeoutMs, request.stop, request.clock)
  const attempt: Attempt = { request, halt, log: new AttemptLog() }
  const ending = await endingOf(attempt)
  attempt.halt.settle()
  if (ending.kind === 'completed' && ending.note !== null) attempt.log.lines.warn(ending.note)
  attempt.log.close()
  const graceMs = request.hurry?.aborted === true ? null : request.graceMs
  const { status, reason, output, error } = conclude(ending, attempt.halt.reason, graceMs)
  return {
    status,
    reason,
    output: redactJson(output),
    error: error === null ? null : redact(error),
    log: attempt.log.text(),
    durationMs: attempt.halt.durationMs,
  }
}

async function endingOf(attempt: Attempt): Promise<Ending> {
  if (attempt.halt.signal.aborted) return { kind: 'failed', error: null }
  try {
    return await run(attempt)
  } catch (thrown) {
    return { kind: 'failed', error: describeError(thrown) }
  }
}

async function run(attempt: Attempt): Promise<Ending> {
  const { job, forceProcess } = attempt.request
  switch (job.work.kind) {
    case 'command':
      return (await import('./run-command.js')).runCommand(attempt, job.work)
    case 'http':
      return (await import('./run-http.js')).runHttp(attempt, job.work)
    case 'function':
      if (forceProcess || job.isolation === 'process')
        return (await import('./process/run-in-process.js')).runInProcess(attempt)
      return (await import('./run-function.js')).runFunction(attempt, job.work)
  }
}

/** What is stored is read by more people than may know the secrets of the environment. */
function redactJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(redactJson)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), redactJson(inner)]))
}
