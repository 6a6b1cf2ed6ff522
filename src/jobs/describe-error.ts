import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { ScheduleError } from '../errors.js'
import { redact } from '../secrets.js'
import { cutText } from './utf8.js'

const ERROR_BYTES = 16 * 1024
const STACK_LINES = 8
const CAUSES = 5
const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** Whatever was thrown as text: message, first stack lines, causes; at most 16 KiB. Never throws. */
export function describeError(thrown: unknown): string {
  let text: string
  try {
    text = describe(thrown, 0)
  } catch {
    text = 'threw something that cannot be shown'
  }
  return cutText(redact(text.replaceAll('\0', '\uFFFD')), ERROR_BYTES)
}

function describe(thrown: unknown, depth: number): string {
  if (typeof thrown === 'string') return thrown === '' ? 'threw an empty string' : thrown
  if (!(thrown instanceof Error)) return `threw ${inspect(thrown, { depth: 2, breakLength: Infinity })}`
  const parts = [headline(thrown), ...stackLines(thrown)]
  if (thrown instanceof ScheduleError && thrown.fix !== null) parts.push(`fix: ${thrown.fix}`)
  if (depth < CAUSES) parts.push(...causesOf(thrown).map((cause) => `caused by: ${describe(cause, depth + 1)}`))
  return parts.join('\n')
}

function headline(error: Error): string {
  const name = error.name === 'Error' || error.name === 'ScheduleError' ? '' : error.name
  const message: unknown = error.message
  if (typeof message !== 'string' || message === '') return name === '' ? 'Error without a message' : name
  return name === '' ? message : `${name}: ${message}`
}

/** The frames of the one who threw, up to where this package called. */
function stackLines(error: Error): string[] {
  // Its message names the place in the project; it is thrown in here.
  if (error instanceof ScheduleError && error.code === 'CONFIG_FAILED') return []
  const lines = typeof error.stack === 'string' ? error.stack.split('\n') : []
  const frames = lines.filter((line) => /^\s+at /.test(line))
  const caller = frames.findIndex((frame, index) => index > 0 && frame.includes(OWN_FOLDER))
  return frames.slice(0, caller === -1 ? STACK_LINES : Math.min(caller, STACK_LINES))
}

function causesOf(error: Error): unknown[] {
  const several = error instanceof AggregateError ? (error.errors as unknown[]).slice(0, CAUSES) : []
  return error.cause === undefined ? several : [error.cause, ...several]
}
