import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { systemClock } from './clock.js'

/**
 * Places where tests end, stop, delay or fail a pass. Each stands in a statement labelled FAILPOINT, which the build of
 * the package leaves out; `node scripts/build.mjs --chaos` keeps them. There FAILPOINTS says what happens:
 * `take.commit.before=kill; record.*=delay:50; #12=stop; renewLease.*=throw:1213@2x19`.
 *
 * A place is a name, a prefix ending in `*`, or `#n`, the n-th place that the main thread reaches. `@n` skips to the n-th
 * time, `xn` acts n times (once unless said). FAILPOINTS_TRACE names a file that gets a line for each place reached.
 */
export async function failpoint(name: string): Promise<void> {
  if (plans === null && trace === undefined) return
  reached += isMainThread ? 1 : 0
  if (trace !== undefined) appendFileSync(trace, `${name}\n`)
  for (const plan of plans ?? []) {
    if (!matches(plan.place, name) || ++plan.reached < plan.from || plan.times <= 0) continue
    plan.times -= 1
    await act(plan.action)
  }
}

interface Plan {
  place: string
  action: string
  /** Acts from the n-th time on that the place is reached. */
  from: number
  times: number
  reached: number
}

const LONGEST_DELIVERY_MS = 10_000

const trace = process.env['FAILPOINTS_TRACE']
const plans = parse(process.env['FAILPOINTS'])
let reached = 0

function parse(text: string | undefined): Plan[] | null {
  if (text === undefined || text === '') return null
  return text.split(';').map((part) => {
    const [, place, action, from, times] = /^\s*([^=]+)=([\w:]+?)(?:@(\d+))?(?:x(\d+))?\s*$/.exec(part) ?? []
    if (place === undefined || action === undefined) throw new Error(`FAILPOINTS: cannot read '${part}'`)
    return { place, action, from: Number(from ?? 1), times: Number(times ?? 1), reached: 0 }
  })
}

function matches(place: string, name: string): boolean {
  if (place.startsWith('#')) return isMainThread && reached === Number(place.slice(1))
  return place.endsWith('*') ? name.startsWith(place.slice(0, -1)) : name === place
}

async function act(action: string): Promise<void> {
  const [verb = '', detail = ''] = action.split(':')
  if (verb === 'kill') signalSelf('SIGKILL')
  else if (verb === 'stop') signalSelf('SIGSTOP')
  else if (verb === 'signal') await deliver(detail as NodeJS.Signals)
  else if (verb === 'delay') await systemClock.sleep(Number(detail))
  else if (verb === 'throw') throw errorOf(detail)
  else throw new Error(`FAILPOINTS: unknown action '${action}'`)
}

// A signal may be delivered on another thread: this one must not run on meanwhile.
function signalSelf(signal: 'SIGKILL' | 'SIGSTOP'): void {
  process.kill(process.pid, signal)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
}

// The pass stands here until it has heard the signal; a thread cannot know when that is.
async function deliver(signal: NodeJS.Signals): Promise<void> {
  const heard = new AbortController()
  process.once(signal, () => heard.abort())
  process.kill(process.pid, signal)
  await systemClock.sleep(isMainThread ? LONGEST_DELIVERY_MS : 50, heard.signal)
}

/** As a driver throws: a server's error by number, or a code such as PROTOCOL_CONNECTION_LOST or SQLITE_BUSY. */
function errorOf(detail: string): Error {
  const isNumber = /^\d+$/.test(detail)
  return Object.assign(new Error(`injected ${detail}`), isNumber ? { errno: Number(detail) } : { code: detail })
}
