import * as z from 'zod/mini'
import type { HookEvent } from '../jobs/job.js'
import {
  durationField,
  field,
  functionField,
  jsonField,
  kindOf,
  nameField,
  rejected,
  textField,
  wholeField,
} from './fields.js'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
// Timers fire at once above 2^31-1 ms, which is 24.8 days.
const LONGEST_TIMEOUT_MS = 24 * DAY_MS
const LONGEST_TEXT = 65_536
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const hook = functionField<(event: HookEvent) => unknown>()

export const hookFields = {
  onStart: z.optional(hook),
  onSuccess: z.optional(hook),
  onFailure: z.optional(hook),
  onSkip: z.optional(hook),
}

const retrySchema = z.strictObject({
  attempts: wholeField(1, 100),
  delay: z._default(durationField({ min: 0, max: 30 * DAY_MS }), 30_000),
  backoff: z._default(z.enum(['fixed', 'linear', 'exponential']), 'exponential'),
  maxDelay: z.optional(durationField({ min: 0, max: 30 * DAY_MS })),
})

const commonFields = {
  name: nameField,
  group: z.optional(nameField),
  description: z.optional(textField({ max: 10_000, empty: 'allowed' })),
  timeout: z._default(durationField({ min: 1, max: LONGEST_TIMEOUT_MS }), 30 * MINUTE_MS),
  retry: z.optional(retrySchema),
  onCrash: z._default(z.enum(['retry', 'skip']), 'retry'),
  crashRetries: z._default(wholeField(0, 100), 3),
  ...hookFields,
}

const commandName = field((input) => {
  if (Array.isArray(input))
    throw rejected('must be a text, not a list', "give the program as command, the rest as args: ['…']")
  if (typeof input !== 'string') throw rejected(`must be a text, not ${kindOf(input)}`)
  if (input.trim() === '' || input.includes('\0')) throw rejected('names no program')
  return input
})

const statusField = wholeField(100, 599)
const oneOrMore = z.transform((input: unknown) => (typeof input === 'number' ? [input] : input))
const variablesField = z.record(z.string(), textField({ max: LONGEST_TEXT, empty: 'allowed' }))

const urlField = field((input) => {
  const url = typeof input === 'string' && URL.canParse(input) ? new URL(input) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw rejected('is not an http: or https: URL', "write it whole, such as 'https://example.com/warm'")
  }
  if (url.username !== '' || url.password !== '') {
    throw rejected('holds a user name or password, which fetch refuses', 'send them as an Authorization header')
  }
  return url.href
})

const methodField = field((input) => {
  const method = typeof input === 'string' ? input.toUpperCase() : ''
  if (!TOKEN.test(method)) throw rejected(`must be an HTTP method such as 'POST'`)
  if (['CONNECT', 'TRACE', 'TRACK'].includes(method)) throw rejected(`${method} is a method that fetch refuses`)
  return method
})

/** Those of the connection, which fetch sets itself: it drops them, or refuses the whole request. */
const FETCH_SETS = /^(host|connection|content-length|transfer-encoding|keep-alive|upgrade|expect)$/i

const headersField = field((input) => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw rejected(`must be an object of header names and texts, not ${kindOf(input)}`)
  }
  for (const [name, value] of Object.entries(input)) {
    if (!TOKEN.test(name)) throw rejected(`'${name}' is not a header name`)
    if (FETCH_SETS.test(name))
      throw rejected(`${name} is a header that fetch sets itself`, 'remove it; a host goes into the URL')
    if (typeof value !== 'string') throw rejected(`${name} must be a text, not ${kindOf(value)}`)
    if (/[\r\n\0]/.test(value))
      throw rejected(`${name} contains a line break`, 'remove it; secrets read from files often end in one')
  }
  return input as Record<string, string>
})

export const functionJobSchema = z.strictObject({
  ...commonFields,
  isolation: z._default(z.enum(['inline', 'process']), 'inline'),
  memoryLimitMb: z.optional(wholeField(16, 1_048_576)),
  run: z.optional(functionField()),
  load: z.optional(functionField<() => unknown>()),
})

export const commandJobSchema = z.strictObject({
  ...commonFields,
  command: commandName,
  args: z._default(z.array(textField({ max: LONGEST_TEXT, empty: 'allowed' })), []),
  cwd: z.optional(textField({ max: 4096 })),
  env: z._default(variablesField, {}),
  stdin: z.optional(textField({ max: 16 * 1024 * 1024, empty: 'allowed' })),
  successExitCodes: z._default(z.array(wholeField(0, 255)).check(z.minLength(1)), [0]),
})

export const httpJobSchema = z.strictObject({
  ...commonFields,
  request: z.strictObject({
    url: urlField,
    method: z._default(methodField, 'GET'),
    headers: z._default(headersField, {}),
    body: z.optional(jsonField),
  }),
  expectStatus: z._default(z.pipe(oneOrMore, z.array(statusField)), []),
})
