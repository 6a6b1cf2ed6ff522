import { fileURLToPath } from 'node:url'

import { systemClock } from '../../src/clock.js'
import type { AttemptRequest, CommandWork, FunctionWork, HttpWork, Job, JobFunction } from '../../src/jobs/job.js'
import { StopRequest, type StopKind } from '../../src/jobs/job.js'

export const CONFIG_FILE = fileURLToPath(new URL('fixtures/schedules.config.mjs', import.meta.url))

export const CONTEXT: AttemptRequest['context'] = {
  runId: '0193-run',
  scheduleId: 'nightly',
  jobName: 'the-job',
  scheduledFor: new Date('2026-11-23T03:00:00.000Z'),
  trigger: 'CRON',
  attempt: 2,
  fence: 17,
  idempotencyKey: '0193-run',
  params: { tenant: 'acmé' },
}

type Changes = Partial<Omit<AttemptRequest, 'job'>> & { job?: Partial<Job> }

/** A request to run some work, complete but for what a test changes. */
export function attemptRequest(work: Job['work'], changes: Changes = {}): AttemptRequest {
  return {
    context: CONTEXT,
    stop: new AbortController().signal,
    graceMs: 300,
    onProgress: () => undefined,
    forceProcess: false,
    configFile: CONFIG_FILE,
    ...changes,
    job: job(work, changes.job),
  }
}

export function functionWork(run: JobFunction): FunctionWork {
  return { kind: 'function', load: () => Promise.resolve(run) }
}

export function commandWork(command: string, args: string[] = [], changes: Partial<CommandWork> = {}): CommandWork {
  return { kind: 'command', command, args, cwd: null, env: {}, stdin: null, successExitCodes: [0], ...changes }
}

/** A command that is a Node.js program of its own. */
export function nodeWork(program: string, changes: Partial<CommandWork> = {}): CommandWork {
  return commandWork(process.execPath, ['-e', program], changes)
}

export function httpWork(url: string, changes: Partial<HttpWork> = {}): HttpWork {
  return { kind: 'http', url, method: 'GET', headers: {}, body: undefined, expectStatus: [], ...changes }
}

/** A stop to be used up once the job has said by its progress that it is under way. */
export function stopWhenReady(kind: StopKind, message = 'told to stop'): Pick<AttemptRequest, 'stop' | 'onProgress'> {
  const controller = new AbortController()
  return { stop: controller.signal, onProgress: () => controller.abort(new StopRequest(kind, message)) }
}

/** A stop that comes with `sign`. */
export function stopWith(sign: Promise<void>, kind: StopKind): AbortSignal {
  const controller = new AbortController()
  void sign.then(() => controller.abort(new StopRequest(kind, 'told to stop')))
  return controller.signal
}

/** A timeout that is over once the job has said by its progress that it is under way. */
export function timeoutWhenReady(): Pick<AttemptRequest, 'clock' | 'onProgress'> {
  let onProgress = (): void => undefined
  const ready = new Promise<void>((resolve) => (onProgress = resolve))
  return { ...timeoutAfter(ready), onProgress: () => onProgress() }
}

/** A timeout that is over with `sign`, however long that takes. */
export function timeoutAfter(sign: Promise<void>): Pick<AttemptRequest, 'clock'> {
  return { clock: { ...systemClock, sleep: () => sign } }
}

/** A signal that aborts, as a pass would do it, after so many milliseconds. */
export function stopAfter(ms: number, kind: StopKind, message = 'told to stop'): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new StopRequest(kind, message)), ms)
  return controller.signal
}

function job(work: Job['work'], changes: Partial<Job> = {}): Job {
  return {
    name: 'the-job',
    group: null,
    description: null,
    timeoutMs: 100_000,
    retry: { attempts: 1, delayMs: 30_000, backoff: 'exponential', maxDelayMs: 600_000 },
    onCrash: 'retry',
    crashRetries: 3,
    isolation: 'inline',
    memoryLimitMb: null,
    hooks: {},
    work,
    position: 0,
    hash: '',
    ...changes,
  }
}
