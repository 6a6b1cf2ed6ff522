import { Hono, type Context } from 'hono'
import type { Clock } from '../clock.js'
import { clientAddress } from './client-address.js'
import { formFields } from './form-fields.js'
import { signInPage } from './pages/sign-in-page.js'
import type { WebEnv } from './session.js'
import { dropSession, isKept, keepSession, type Sessions } from './sessions.js'
import { createTryLimit } from './try-limit.js'

const LONGEST_PATH = 2000

/** Signing in by pasting a token, and signing out. */
export function signInRoutes(sessions: Sessions, clock: Clock): Hono<WebEnv> {
  const tries = createTryLimit(clock)
  const app = new Hono<WebEnv>()

  app.get('/sign-in', (context) => {
    const next = ownPath(context.req.query('next'))
    return context.get('session') === null ? show(context, next, null) : context.redirect(next, 303)
  })

  app.post('/sign-in', async (context) => {
    const form = await formFields(context)
    const next = ownPath(form['next'])
    const address = clientAddress(context)
    const wait = tries.waitSeconds(address)
    if (wait > 0) {
      context.header('Retry-After', String(wait))
      return show(context, next, `Too many tries. Try again in ${wait} s.`, 429)
    }
    const token = typeof form['token'] === 'string' ? form['token'].trim() : ''
    const session = await sessions.open(token, 'cookie')
    if ('refusal' in session) {
      tries.failed(address)
      return show(context, next, token === '' ? 'Paste a token first.' : sentence(session.refusal), 401)
    }
    if (!isKept(token)) return show(context, next, 'The token is longer than the 4 KiB that a browser keeps.', 401)
    keepSession(context, token, session, clock.now())
    return context.redirect(next, 303)
  })

  app.post('/sign-out', (context) => {
    dropSession(context)
    return context.redirect('/sign-in', 303)
  })
  return app
}

/** A path of this site, whatever was given: a link to sign in must lead nowhere else. */
export function ownPath(text: unknown): string {
  if (typeof text !== 'string' || text.length > LONGEST_PATH || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(text)) return '/'
  return text.startsWith('/sign-') ? '/' : text
}

function show(context: Context<WebEnv>, next: string, problem: string | null, status: 200 | 401 | 429 = 200) {
  return context.html(signInPage({ nonce: context.get('nonce'), next, problem }), status)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
