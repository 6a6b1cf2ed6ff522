import type * as z from 'zod/mini'
import type { Problem } from '../errors.js'
import { kindOf, quoted } from './fields.js'
import { nearest } from './nearest.js'

type Issue = z.core.$ZodIssue
type Schema = z.core.$ZodType

/** What a part of a config came to: its value, or what is wrong with it. */
export type Reading<T> = { value: T; problems: readonly [] } | { value: null; problems: readonly Problem[] }

/** What people call options that have another name here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  tz: 'timezone',
  timeZone: 'timezone',
  zone: 'timezone',
  schedule: 'cron',
  expression: 'cron',
  pattern: 'cron',
  handler: 'run',
  execute: 'run',
  fn: 'run',
  retries: 'retry',
  group: 'jobGroup',
  jobGroup: 'group',
  jobNames: 'jobs',
  job: 'jobs',
  enable: 'enabled',
  misfire: 'catchUp',
  mode: 'executionMode',
}

/** Options of jobs that stand inside another one. */
const PLACES: Readonly<Record<string, string>> = {
  url: 'request',
  method: 'request',
  headers: 'request',
  body: 'request',
  attempts: 'retry',
  delay: 'retry',
  backoff: 'retry',
  maxDelay: 'retry',
}

/** Reads one part of a config; paths in its problems begin with `prefix`. */
export function readPart<S extends Schema>(
  schema: S & {
    safeParse(raw: unknown, options: { reportInput: true }): z.core.util.SafeParseResult<z.core.output<S>>
  },
  raw: unknown,
  prefix: string,
): Reading<z.core.output<S>> {
  const result = schema.safeParse(raw, { reportInput: true })
  if (result.success) return { value: result.data, problems: [] }
  return { value: null, problems: result.error.issues.flatMap((issue) => problemsOf(issue, schema, prefix)) }
}

function problemsOf(issue: Issue, schema: Schema, prefix: string): Problem[] {
  const path = pathText(prefix, issue.path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        unknownKey(key, pathText(prefix, [...issue.path, key]), keysAt(schema, issue.path)),
      )
    case 'custom':
      return [problem(path, issue.message, (issue.params?.['fix'] as string | null | undefined) ?? null)]
    case 'invalid_type':
      if (issue.input === undefined) return [problem(path, 'is missing')]
      return [
        problem(
          path,
          `must be ${expected(issue.expected)}, not ${kindOf(issue.input)}`,
          rewritten(path, issue.expected, issue.input),
        ),
      ]
    case 'invalid_value':
      return [wrongChoice(path, issue.input, issue.values.map(String))]
    case 'too_small':
      return [problem(path, 'is empty', 'name at least one, or leave it out')]
    default:
      return [problem(path, issue.message)]
  }
}

/** What people write shorter than it is, as it has to be. */
function rewritten(path: string, expected: string, input: unknown): string | null {
  const key = path.replace(/^.*\./, '')
  if (key === 'retry' && typeof input === 'number') return `write { attempts: ${input} }`
  if (key === 'request' && typeof input === 'string') return "write { url: '…' }"
  const holdsTexts = key === 'environments' || key === 'args' || (key === 'jobs' && key !== path)
  return expected === 'array' && holdsTexts && typeof input === 'string' ? `write [${quoted(input)}]` : null
}

function unknownKey(key: string, path: string, known: readonly string[]): Problem {
  const place = PLACES[key]
  // All kinds of jobs know it, and nothing else does.
  if (place !== undefined && known.includes('crashRetries'))
    return problem(path, 'is not an option', `write ${place}: { ${key}: … }, or remove it`)
  const other = OTHER_NAMES[key]
  const meant = other !== undefined && known.includes(other) ? other : nearest(key, known)
  return problem(
    path,
    'is not an option',
    meant === null ? `known here: ${known.join(', ')}` : `write ${meant}, or remove it`,
  )
}

function wrongChoice(path: string, input: unknown, choices: readonly string[]): Problem {
  const shown = typeof input === 'string' ? quoted(input) : kindOf(input)
  const meant = typeof input === 'string' ? nearest(input, choices) : null
  const list = choices.map((choice) => `'${choice}'`).join(', ')
  return problem(path, `must be one of ${list}, not ${shown}`, meant === null ? null : `write '${meant}'`)
}

function expected(type: string): string {
  return (
    { array: 'a list', object: 'an object', record: 'an object', string: 'a text', number: 'a number' }[type] ?? type
  )
}

export function problem(path: string, message: string, fix: string | null = null): Problem {
  return fix === null ? { path, message } : { path, message, fix }
}

/** `schedules[2].jobs[0]`, `jobs[1].request.headers['x-key']`. */
export function pathText(prefix: string, path: readonly PropertyKey[]): string {
  let text = prefix
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else if (/^[\w$]+$/.test(String(segment))) text += `${text === '' ? '' : '.'}${String(segment)}`
    else text += `['${String(segment)}']`
  }
  return text === '' ? 'default export' : text
}

/** The keys that an object schema knows at a path, through optional and defaulted wrappers. */
function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  let current: Schema | undefined = schema
  for (const segment of path) current = shapeOf(current)?.[String(segment)]
  return Object.keys(shapeOf(current) ?? {})
}

function shapeOf(schema: Schema | undefined): Readonly<Record<string, Schema>> | undefined {
  const definition = schema?._zod.def as { innerType?: Schema; shape?: Readonly<Record<string, Schema>> } | undefined
  return definition?.innerType === undefined ? definition?.shape : shapeOf(definition.innerType)
}
