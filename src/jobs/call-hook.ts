import { systemClock, type Clock } from '../clock.js'
import { describeError } from './describe-error.js'
import { inJobScope } from './job-scope.js'
import type { HookEvent, Hooks } from './job.js'

const HOOK_BOUND_MS = 10_000
const LEFT = 'was left behind, because the pass had to end'

/** Where hooks that misbehave are reported. */
export interface HookLog {
  warn(message: string): void
}

/**
 * Calls the config's hook, then the job's, one after the other. One that throws or takes over 10 s
 * is reported and changes nothing.
 */
export async function callHook(
  name: keyof Hooks,
  event: HookEvent,
  hooks: { config: Hooks; job: Hooks },
  log: HookLog,
  clock: Clock = systemClock,
  hurry?: AbortSignal,
): Promise<void> {
  for (const owner of ['config', 'job'] as const) {
    const hook = hooks[owner][name]
    if (hook === undefined) continue
    const scope = { name: `${name} of the ${owner}`, blame: () => false }
    const trouble = await troubleOf(() => inJobScope(scope, () => hook({ ...event })), clock, hurry)
    if (trouble !== null) log.warn(`${name} of the ${owner} ${trouble} (job ${event.jobName}, run ${event.runId})`)
  }
}

async function troubleOf(call: () => unknown, clock: Clock, hurry?: AbortSignal): Promise<string | null> {
  const done = new AbortController()
  const called = invoke(call)
  const bound = clock
    .sleep(HOOK_BOUND_MS, hurry === undefined ? done.signal : AbortSignal.any([done.signal, hurry]))
    .then(() => (hurry?.aborted === true ? LEFT : `took over ${HOOK_BOUND_MS / 1000} s and was left behind`))
  try {
    return await Promise.race([called, bound])
  } finally {
    done.abort()
  }
}

async function invoke(call: () => unknown): Promise<string | null> {
  try {
    await call()
    return null
  } catch (thrown) {
    return `failed: ${describeError(thrown).split('\n', 1)[0]}`
  }
}
