import { dirname, resolve } from 'node:path'
import type * as z from 'zod/mini'
import type { RetryPolicy } from '../domain/job.js'
import type { FunctionWork, Hooks, Job, JobFunction } from '../jobs/job.js'
import { ScheduleError, type Problem } from '../errors.js'
import { definitionHash } from './definition-hash.js'
import { kindOf } from './fields.js'
import { commandJobSchema, functionJobSchema, httpJobSchema } from './job-schema.js'
import { problem, readPart, type Reading } from './problems.js'

type Options = z.output<typeof functionJobSchema>
type Common = Pick<
  Options,
  'name' | 'group' | 'description' | 'timeout' | 'retry' | 'onCrash' | 'crashRetries' | keyof Hooks
>
type Work = Pick<Job, 'work' | 'isolation' | 'memoryLimitMb'>

const DEFAULT_MAX_DELAY_MS = 10 * 60_000
const ONE_ATTEMPT: RetryPolicy = {
  attempts: 1,
  delayMs: 30_000,
  backoff: 'exponential',
  maxDelayMs: DEFAULT_MAX_DELAY_MS,
}

/** One entry of `jobs`: a function, a command or an HTTP request, told apart by the option that says what to do. */
export function readJob(raw: unknown, position: number, file: string): Reading<Job> {
  const prefix = `jobs[${position}]`
  const problems = contradictions(raw, prefix)
  const read = <T extends Common>(reading: Reading<T>, work: (options: T) => Work): Reading<Job> => {
    const all = [...reading.problems, ...problems]
    if (reading.value === null || all.length > 0) return { value: null, problems: all }
    return { value: toJob(reading.value, position, work(reading.value)), problems: [] }
  }
  if (has(raw, 'command')) return read(readPart(commandJobSchema, raw, prefix), (options) => commandWork(options, file))
  if (has(raw, 'request')) return read(readPart(httpJobSchema, raw, prefix), httpWork)
  return read(readPart(functionJobSchema, raw, prefix), (options) => functionWork(options, file))
}

/** Options that make sense alone but not together. */
function contradictions(raw: unknown, prefix: string): Problem[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || has(raw, 'command')) return []
  if (has(raw, 'request')) return bodyProblems(raw.request, `${prefix}.request`)
  const problems: Problem[] = []
  if (has(raw, 'run') && has(raw, 'load')) {
    problems.push(problem(`${prefix}.load`, 'stands beside run', 'keep one of the two'))
  }
  // A `url` is told to stand in a request.
  if (!has(raw, 'run') && !has(raw, 'load') && !has(raw, 'url')) {
    problems.push(problem(prefix, 'says not what to do', 'give it run, load, command or request'))
  }
  if (has(raw, 'memoryLimitMb') && !(has(raw, 'isolation') && raw.isolation === 'process')) {
    problems.push(problem(`${prefix}.memoryLimitMb`, 'needs a process of its own', "add isolation: 'process'"))
  }
  return problems
}

function bodyProblems(request: unknown, path: string): Problem[] {
  const method = has(request, 'method') ? String(request.method).toUpperCase() : 'GET'
  if (!has(request, 'body') || (method !== 'GET' && method !== 'HEAD')) return []
  return [problem(`${path}.body`, `cannot be sent with ${method}`, "set method: 'POST', or remove it")]
}

function toJob(options: Common, position: number, work: Work): Job {
  const stored = { group: options.group ?? null, description: options.description ?? null, position }
  return {
    name: options.name,
    ...stored,
    timeoutMs: options.timeout,
    retry: retryPolicy(options.retry),
    onCrash: options.onCrash,
    crashRetries: options.crashRetries,
    hooks: hooksOf(options),
    ...work,
    hash: definitionHash(stored),
  }
}

export function hooksOf(options: Hooks): Hooks {
  const { onStart, onSuccess, onFailure, onSkip } = options
  return { onStart, onSuccess, onFailure, onSkip }
}

function retryPolicy(retry: Options['retry']): RetryPolicy {
  if (retry === undefined) return ONE_ATTEMPT
  const maxDelayMs = retry.maxDelay ?? Math.max(DEFAULT_MAX_DELAY_MS, retry.delay)
  return { attempts: retry.attempts, delayMs: retry.delay, backoff: retry.backoff, maxDelayMs }
}

function functionWork(options: Options, file: string): Work {
  const { name, run, load } = options
  const resolveFunction =
    run === undefined ? lazily(name, file, load ?? (() => undefined)) : () => Promise.resolve(run as JobFunction)
  const work: FunctionWork = { kind: 'function', load: resolveFunction }
  return { work, isolation: options.isolation, memoryLimitMb: options.memoryLimitMb ?? null }
}

function commandWork(options: z.output<typeof commandJobSchema>, file: string): Work {
  const { command, args, env, successExitCodes } = options
  const cwd = resolve(dirname(file), options.cwd ?? '.')
  const work = { kind: 'command' as const, command, args, cwd, env, stdin: options.stdin ?? null, successExitCodes }
  return { work, isolation: 'inline', memoryLimitMb: null }
}

function httpWork(options: z.output<typeof httpJobSchema>): Work {
  const { url, method, headers, body } = options.request
  return {
    work: { kind: 'http', url, method, headers, body, expectStatus: options.expectStatus },
    isolation: 'inline',
    memoryLimitMb: null,
  }
}

/** Loads once; a load that failed is tried again by the next attempt. */
function lazily(name: string, file: string, load: () => unknown): () => Promise<JobFunction> {
  let loaded: Promise<JobFunction> | undefined
  return () => {
    loaded ??= loadFunction(name, file, load).catch((thrown: unknown) => {
      loaded = undefined
      throw thrown
    })
    return loaded
  }
}

async function loadFunction(name: string, file: string, load: () => unknown): Promise<JobFunction> {
  const module = await Promise.resolve()
    .then(load)
    .catch(async (thrown: unknown) => {
      const { jobFailure } = await import('./config-failure.js')
      throw jobFailure(name, file, thrown)
    })
  const found = functionOf(module) ?? (has(module, 'default') ? functionOf(module.default) : null)
  if (found !== null) return found
  throw new ScheduleError('CONFIG_FAILED', `load of job '${name}' gave ${kindOf(module)} without a function`, {
    fix: 'export the function as default or as run: export const run = async (context) => { … }',
  })
}

/** Of CommonJS, `import()` gives all exports as `default`, and each by its name only where that can be read off the text. */
function functionOf(module: unknown): JobFunction | null {
  if (typeof module === 'function') return module as JobFunction
  if (has(module, 'default') && typeof module.default === 'function') return module.default as JobFunction
  if (has(module, 'run') && typeof module.run === 'function') return module.run as JobFunction
  return null
}

function has<K extends string>(raw: unknown, key: K): raw is Record<K, unknown> {
  return typeof raw === 'object' && raw !== null && key in raw && (raw as Record<K, unknown>)[key] !== undefined
}
