import { createMiddleware } from 'hono/factory'
import type { Session, WebEnv } from './session.js'
import { HttpError } from './http-error.js'

/** 401 without a session, 403 for viewers. */
export const requireOperator = createMiddleware<WebEnv>(async (context, next) => {
  const session = sessionOf(context.get('session'))
  if (session.role !== 'operator') {
    throw new HttpError(403, 'FORBIDDEN', `'${session.subject}' may look, not change: this needs the role operator`)
  }
  await next()
})

/** The session of a request that went through the guards; 401 where there is none. */
export function sessionOf(session: Session | null): Session {
  if (session !== null) return session
  throw new HttpError(401, 'UNAUTHORIZED', 'sign in first, or send `Authorization: Bearer TOKEN`')
}

/** Who acts, as audit events name them. */
export function actorOf(session: Session | null): string {
  return `web:${sessionOf(session).subject}`
}
