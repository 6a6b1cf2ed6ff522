import { createHmac } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { verifyToken } from '../access/token.js'
import type { Clock } from '../clock.js'
import { isSecure } from './client-address.js'
import type { Session, WebEnv } from './session.js'

/** Turns tokens into sessions; nothing is kept on the server. */
export interface Sessions {
  open(token: string, via: Session['via']): Promise<Session | { refusal: string }>
}

const COOKIE = 'run-due-schedules-session'
// What browsers keep: a cookie that is larger is dropped without a word, one that ends later is cut to this.
const LARGEST_COOKIE_BYTES = 4096
const LONGEST_COOKIE_MS = 400 * 86_400_000

export function createSessions(secret: Uint8Array, clock: Clock): Sessions {
  return {
    open: async (token, via) => {
      const claims = await verifyToken(token, secret, clock.now())
      if ('refusal' in claims) return claims
      const csrfToken = createHmac('sha256', secret).update(`csrf:${token}`).digest('base64url')
      return { ...claims, csrfToken, via }
    },
  }
}

/**
 * Finds out who asks, by `Authorization: Bearer` or else by the cookie; whether that suffices is decided later. Any other
 * Authorization is for a proxy before this server, and says nothing here.
 */
export function readSession(sessions: Sessions) {
  return createMiddleware<WebEnv>(async (context, next) => {
    context.set('session', await sessionOf(context, sessions))
    await next()
  })
}

/** True: a browser can keep it as a cookie. */
export function isKept(token: string): boolean {
  return COOKIE.length + token.length <= LARGEST_COOKIE_BYTES
}

export function keepSession(context: Context<WebEnv>, token: string, { expiresAt }: Session, now: Date): void {
  const expires = new Date(Math.min(expiresAt.getTime(), now.getTime() + LONGEST_COOKIE_MS))
  setCookie(context, COOKIE, token, { ...attributes(context), expires })
}

export function dropSession(context: Context<WebEnv>): void {
  deleteCookie(context, COOKIE, attributes(context))
}

async function sessionOf(context: Context<WebEnv>, sessions: Sessions): Promise<Session | null> {
  const bearer = /^bearer\b *(.*)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  const token = bearer ?? getCookie(context, COOKIE)
  if (token === undefined) return null
  const session = await sessions.open(token, bearer === undefined ? 'cookie' : 'bearer')
  return 'refusal' in session ? null : session
}

function attributes(context: Context<WebEnv>) {
  return { path: '/', httpOnly: true, sameSite: 'Strict', secure: isSecure(context) } as const
}
