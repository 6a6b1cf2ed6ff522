import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { Log } from '../log.js'
import { admitFew } from './admission.js'
import { apiRoutes } from './api/routes.js'
import { assetRoutes } from './assets/asset-routes.js'
import type { WebDependencies } from './dependencies.js'
import { refuseForgery } from './forgery.js'
import { healthRoutes } from './health.js'
import { HttpError } from './http-error.js'
import { createMetrics } from './metrics.js'
import { pageRoutes } from './pages/routes.js'
import { answerErrors, answerUnknown } from './respond.js'
import { secureAnswers } from './security-headers.js'
import type { WebEnv } from './session.js'
import { createSessions, readSession } from './sessions.js'
import { signInRoutes } from './sign-in.js'

export interface AppOptions extends WebDependencies {
  secret: Uint8Array
  metricsToken: string | null
  log: Pick<Log, 'error'>
}

const LARGEST_BODY_BYTES = 256 * 1024
const PUBLIC = /^\/(assets\/|favicon\.)/

/** The whole of the web server, but for its socket. */
export function createApp(options: AppOptions): Hono<WebEnv> {
  const { secret, metricsToken, log, clock } = options
  const sessions = createSessions(secret, clock)
  const metrics = createMetrics(options, metricsToken)
  const app = new Hono<WebEnv>()
  app.use(secureAnswers, metrics.measure)
  app.use(bodyLimit({ maxSize: LARGEST_BODY_BYTES, onError: refuseLargeBody }))
  app.route('/', healthRoutes(options))
  app.route('/', metrics.routes)
  app.route('/', assetRoutes())
  app.use(readSession(sessions), refuseForgery)
  app.route('/', signInRoutes(sessions, clock))
  app.use(requireSession, admitFew(clock))
  app.route('/api', apiRoutes(options))
  app.route('/', pageRoutes(options))
  app.onError(answerErrors(log))
  app.notFound(answerUnknown(app.routes))
  return app
}

/** Scripts are told, people are sent to sign in. */
const requireSession = createMiddleware<WebEnv>(async (context, next) => {
  const { path, method } = context.req
  if (context.get('session') !== null || PUBLIC.test(path)) {
    await next()
    return
  }
  if (path === '/api' || path.startsWith('/api/')) {
    const message = 'send `Authorization: Bearer TOKEN`; `run-due-schedules token` issues one'
    throw new HttpError(401, 'UNAUTHORIZED', message, { 'WWW-Authenticate': 'Bearer' })
  }
  if (method !== 'GET' && method !== 'HEAD') throw new HttpError(401, 'UNAUTHORIZED', 'sign in first')
  if (isFromElsewhere(context.req.header('sec-fetch-site'))) return context.html(AGAIN)
  const { pathname, search } = new URL(context.req.url)
  const next_ = `${pathname}${search}`
  return context.redirect(next_ === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next_)}`, 303)
})

// A strict cookie is not sent where a link of another site leads here; a page of ours that reloads itself gets it sent.
const AGAIN = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>One moment</title>'

function isFromElsewhere(site: string | undefined): boolean {
  return site === 'cross-site' || site === 'same-site'
}

// What is left of the body is not read, so nothing can follow it on this connection.
function refuseLargeBody(): never {
  throw new HttpError(413, 'TOO_LARGE', `a body may have ${LARGEST_BODY_BYTES / 1024} KiB`, { Connection: 'close' })
}
