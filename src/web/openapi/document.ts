import { RUN_STATUSES } from '../../domain/run.js'
import { reference, type JsonSchema } from './schema-parts.js'
import { SCHEMAS } from './schemas.js'

interface Operation {
  summary: string
  /** Name of the schema of its answer; absent: anything. */
  answer?: string
  status?: 200 | 201
  query?: Record<string, JsonSchema>
  body?: { schema: string; required: boolean }
  /** Refusals beside 400 (with parameters), 401, 503. */
  refusals?: (403 | 404 | 409 | 413 | 415)[]
}

const TEXT = { type: 'string' }
const INSTANT = { type: 'string', format: 'date-time', description: 'ISO 8601 with an offset, or a date (UTC)' }
const CURSOR = { ...TEXT, description: '`nextCursor` of the page before' }
const whole = (minimum: number, maximum: number, usual?: number): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum,
  ...(usual === undefined ? {} : { default: usual }),
})
const words = (...values: string[]): JsonSchema => ({ type: 'string', enum: values })
const some = (...values: string[]): JsonSchema => ({
  type: 'array',
  items: words(...values),
  description: 'Any of these: separated by commas, or the parameter repeated',
})

const PATHS: Record<string, Partial<Record<'get' | 'post', Operation>>> = {
  '/api/openapi.json': { get: { summary: 'This document' } },
  '/api/session': { get: { summary: 'Who is asking', answer: 'Session' } },
  '/api/overview': { get: { summary: 'How things are', answer: 'Overview', query: {} } },
  '/api/schedules': {
    get: {
      summary: 'Schedules and what they are doing',
      answer: 'SchedulePage',
      query: {
        search: { ...TEXT, maxLength: 128, description: 'Part of an id, in any case' },
        filter: words('active', 'paused', 'orphaned', 'failing', 'due'),
        order: words('id', 'next'),
        offset: whole(0, 1_000_000, 0),
        limit: whole(1, 500, 50),
      },
    },
  },
  '/api/schedules/{id}': {
    get: { summary: 'One schedule, its newest 60 slots and durations', answer: 'ScheduleDetails', refusals: [404] },
  },
  '/api/schedules/{id}/next': {
    get: {
      summary: 'Its next slots',
      answer: 'NextSlots',
      query: { count: whole(1, 100, 10) },
      refusals: [404],
    },
  },
  '/api/schedules/{id}/requests': {
    post: {
      summary: 'Leave a request for the next pass: one run per job',
      answer: 'Requested',
      status: 201,
      body: { schema: 'RequestBody', required: false },
      refusals: [404, 409],
    },
  },
  '/api/schedules/{id}/pause': {
    post: {
      summary: 'Pause it: slots that pass meanwhile are skipped',
      answer: 'Schedule',
      body: { schema: 'PauseBody', required: false },
      refusals: [404],
    },
  },
  '/api/schedules/{id}/resume': {
    post: { summary: 'End its pause; what it missed does not run', answer: 'Resumed', refusals: [404] },
  },
  '/api/schedules/{id}/backfills': {
    post: {
      summary: 'Ask for slots in [from, to) that have no run; with `dryRun` only tell which (200)',
      answer: 'Backfill',
      status: 201,
      body: { schema: 'BackfillBody', required: true },
      refusals: [404, 409],
    },
  },
  '/api/pause-all': {
    post: {
      summary: 'Pause everything, schedules to come included; requests still run',
      answer: 'GlobalPause',
      body: { schema: 'PauseBody', required: false },
    },
  },
  '/api/resume-all': {
    post: { summary: 'End the pause of everything; what was missed does not run', answer: 'ResumedAll' },
  },
  '/api/runs': {
    get: {
      summary: 'Runs, newest first',
      answer: 'RunPage',
      query: {
        schedule: TEXT,
        job: TEXT,
        status: some(...RUN_STATUSES),
        from: { ...INSTANT, description: 'Recorded at or after' },
        to: { ...INSTANT, description: 'Recorded before' },
        cursor: CURSOR,
        limit: whole(1, 500, 50),
      },
    },
  },
  '/api/runs/{id}': {
    get: { summary: 'One run with its log, output and attempts', answer: 'Run', refusals: [404] },
  },
  '/api/runs/{id}/cancel': {
    post: {
      summary: 'Take back a run that waits, or ask one that runs to stop',
      answer: 'Cancelled',
      refusals: [404, 409],
    },
  },
  '/api/passes': {
    get: {
      summary: 'Passes, newest first',
      answer: 'PassPage',
      query: {
        kind: words('PASS', 'WORKER', 'MANUAL'),
        status: some('RUNNING', 'FINISHED', 'IDLE', 'LOST', 'INTERRUPTED'),
        cursor: CURSOR,
        limit: whole(1, 500, 50),
      },
    },
  },
  '/api/timeline': {
    get: {
      summary: 'What ran when, beside what: the last 24 hours, or 31 days at most',
      answer: 'Timeline',
      query: { from: INSTANT, to: INSTANT, limit: whole(1, 5000, 1000) },
    },
  },
  '/api/audit-events': {
    get: {
      summary: 'Who changed what, newest first',
      answer: 'AuditPage',
      query: { schedule: TEXT, run: TEXT, cursor: CURSOR, limit: whole(1, 500, 50) },
    },
  },
}

const REFUSALS: Record<number, string> = {
  400: 'A parameter is wrong',
  401: 'No token, or one that is not accepted',
  403: 'The role operator is needed, or the request was forged',
  404: 'There is no such thing',
  409: 'Not as things are',
  413: 'The body is too large',
  415: 'The body is not JSON',
  503: 'The database cannot be used',
}

/** The OpenAPI 3.1 document of everything under /api. */
export function openapiDocument(version: string): JsonSchema {
  return {
    openapi: '3.1.0',
    info: { title: 'run-due-schedules', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths: Object.fromEntries(
      Object.entries(PATHS).map(([path, operations]) => [
        path,
        Object.fromEntries(Object.entries(operations).map(([method, op]) => [method, describe(path, method, op)])),
      ]),
    ),
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From `run-due-schedules token`' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: 'run-due-schedules-session',
          description: 'Of a browser that signed in; changes also need the header `X-CSRF-Token` of `/api/session`',
        },
      },
    },
  }
}

function describe(path: string, method: string, operation: Operation): JsonSchema {
  const { summary, answer, status = 200, query = {}, body, refusals = [] } = operation
  const content = answer === undefined ? { schema: { type: 'object' } } : { schema: reference(answer) }
  const refused = method === 'post' ? [400, 401, 403, 413, 415, ...refusals, 503] : [400, 401, ...refusals, 503]
  return {
    summary,
    operationId: `${method}${path.replaceAll(/[^a-z]+(.)?/gi, (_, next: string | undefined) => next?.toUpperCase() ?? '')}`,
    ...(path.includes('{id}') || Object.keys(query).length > 0 ? { parameters: parametersOf(path, query) } : {}),
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: body.required, content: { 'application/json': { schema: reference(body.schema) } } },
        }),
    responses: {
      ...(status === 201 && path.endsWith('backfills')
        ? { 200: { description: 'What would be asked for', content: { 'application/json': content } } }
        : {}),
      [status]: { description: summary, content: { 'application/json': content } },
      ...Object.fromEntries([...new Set(refused)].map((code) => [code, refusal(code)])),
    },
  }
}

function parametersOf(path: string, query: Record<string, JsonSchema>): JsonSchema[] {
  const id = { name: 'id', in: 'path', required: true, schema: TEXT, description: 'Percent-encoded: / is %2F' }
  return [
    ...(path.includes('{id}') ? [id] : []),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema })),
  ]
}

function refusal(code: number): JsonSchema {
  return { description: REFUSALS[code], content: { 'application/json': { schema: reference('Error') } } }
}
