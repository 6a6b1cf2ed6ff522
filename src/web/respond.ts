import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import type { RouterRoute } from 'hono/types'
import { messageOf } from '../errors.js'
import type { Log } from '../log.js'
import { failureOf, type Failure } from './failure.js'
import { HttpError } from './http-error.js'
import { keepForm } from './keep-form.js'
import { errorPage } from './pages/error-page.js'
import type { WebEnv } from './session.js'

/** Answers what was thrown: to scripts as JSON, to people as a page. What nobody expected goes to the log. */
export function answerErrors(log: Pick<Log, 'error'>): ErrorHandler<WebEnv> {
  return (error, context) => {
    const failure = failureOf(error)
    if (failure.status === 500) log.error(`${describe(context)}: ${error.stack ?? messageOf(error)}`)
    else if (failure.status === 503) log.error(`${describe(context)}: ${failure.code}: ${failure.message}`)
    return answer(context, failure)
  }
}

/** 405 where the path knows other methods, else 404. */
export function answerUnknown(routes: readonly RouterRoute[]): NotFoundHandler<WebEnv> {
  const known = routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  return (context) => {
    const methods = [...new Set(known.filter(({ pattern }) => pattern.test(context.req.path)).map((r) => r.method))]
    if (methods.length === 0)
      return answer(context, failureOf(new HttpError(404, 'NOT_FOUND', 'there is nothing here')))
    const allowed = (methods.includes('GET') ? [...methods, 'HEAD'] : methods).sort().join(', ')
    const message = `${context.req.method} is not possible here; ${allowed} is`
    return answer(context, failureOf(new HttpError(405, 'METHOD_NOT_ALLOWED', message, { Allow: allowed })))
  }
}

async function answer(context: Context<WebEnv>, failure: Failure): Promise<Response> {
  const { status, code, message, fix } = failure
  for (const [name, value] of Object.entries(failure.headers)) context.header(name, value)
  if (wantsJson(context)) return context.json({ error: { code, message, ...(fix === null ? {} : { fix }) } }, status)
  const [nonce, session] = [context.get('nonce'), context.get('session') ?? null]
  const form = await keepForm(context, failure)
  const again = status === 503 && context.req.method === 'GET' ? pathOf(context) : null
  return context.html(errorPage({ nonce, session, status, code, message, fix, form, again }), status)
}

function wantsJson(context: Context): boolean {
  return /^\/(api|health|healthz|metrics)(\/|$)/.test(context.req.path)
}

function pathOf(context: Context): string {
  const { pathname, search } = new URL(context.req.url)
  return `${pathname}${search}`
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[^\w-]/g, '\\$&')))
  return new RegExp(`^${parts.join('/')}$`)
}

// Quoted: a path may hold line breaks that would forge lines of the log.
function describe(context: Context): string {
  return `${context.req.method} ${JSON.stringify(context.req.path.slice(0, 300))}`
}
