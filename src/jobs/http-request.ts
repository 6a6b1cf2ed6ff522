import type { AttemptRequest, HttpWork } from './job.js'

/** A request ready to be sent, and a name for it that can be shown: no credentials, no query. */
export interface BuiltRequest {
  label: string
  url: URL
  init: { method: string; headers: Record<string, string>; redirect: 'follow' | 'manual'; body?: string }
}

const DEFAULT_HEADERS = { 'user-agent': 'run-due-schedules' }

export function buildRequest(work: HttpWork, context: AttemptRequest['context']): BuiltRequest {
  const method = work.method.toUpperCase()
  const url = new URL(work.url)
  const headers = new Headers({ ...DEFAULT_HEADERS, 'idempotency-key': context.idempotencyKey })
  const body = bodyOf(work.body === undefined && method === 'POST' ? contextAsJson(context) : work.body, headers)
  for (const [name, value] of Object.entries(work.headers)) headers.set(name, value)
  return {
    label: `${method} ${url.origin}${url.pathname}`,
    url,
    init: {
      method,
      headers: Object.fromEntries(headers),
      redirect: redirectFor(work.expectStatus),
      ...(body === undefined ? {} : { body }),
    },
  }
}

function bodyOf(body: HttpWork['body'], headers: Headers): string | undefined {
  if (body === undefined || typeof body === 'string') return body
  headers.set('content-type', 'application/json')
  return JSON.stringify(body)
}

function contextAsJson(context: AttemptRequest['context']): HttpWork['body'] {
  const { runId, scheduleId, jobName, trigger, attempt, fence, idempotencyKey, params } = context
  const scheduledFor = context.scheduledFor.toISOString()
  return { runId, scheduleId, jobName, scheduledFor, trigger, attempt, fence, idempotencyKey, params }
}

/** Redirects are followed, unless the job says that it expects one. */
function redirectFor(expectStatus: readonly number[]): 'follow' | 'manual' {
  return expectStatus.some((status) => status >= 300 && status < 400) ? 'manual' : 'follow'
}
