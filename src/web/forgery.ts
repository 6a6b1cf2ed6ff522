import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { formFields } from './form-fields.js'
import { HttpError } from './http-error.js'
import { sameText } from './same-text.js'
import type { WebEnv } from './session.js'

const SAFE = ['GET', 'HEAD', 'OPTIONS']

/** Refuses what another site made a signed-in browser send: by its origin, and by a token that only our pages know. */
export const refuseForgery = createMiddleware<WebEnv>(async (context, next) => {
  const session = context.get('session')
  if (!SAFE.includes(context.req.method) && session?.via !== 'bearer') {
    refuseOtherOrigins(context)
    if (session !== null) await refuseWithoutToken(context, session.csrfToken)
  }
  await next()
})

function refuseOtherOrigins(context: Context<WebEnv>): void {
  const site = context.req.header('sec-fetch-site')
  const origin = context.req.header('origin')
  // Browsers let no page write this header, and it holds behind a proxy that rewrites Host.
  if (site === 'same-origin') return
  const isOther = site !== undefined && site !== 'none'
  if (!isOther && (origin === undefined || hostsOf(context).includes(hostOf(origin)))) return
  throw new HttpError(403, 'CROSS_ORIGIN', 'this came from another site than this one')
}

async function refuseWithoutToken(context: Context<WebEnv>, expected: string): Promise<void> {
  const given = context.req.header('x-csrf-token') ?? (await fieldOf(context))
  if (given !== null && sameText(given, expected)) return
  throw new HttpError(403, 'CSRF', 'the form is older than the session that sends it; nothing was changed')
}

async function fieldOf(context: Context<WebEnv>): Promise<string | null> {
  const type = context.req.header('content-type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(type)) return null
  const { csrf } = await formFields(context)
  return typeof csrf === 'string' ? csrf : null
}

/** Names by which browsers may know this server; a page of another site cannot set either header. */
function hostsOf(context: Context<WebEnv>): string[] {
  const names = [context.req.header('host'), context.req.header('x-forwarded-host')?.split(',')[0]]
  return names.flatMap((name) => (name === undefined ? [] : [name.trim().toLowerCase()]))
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host.toLowerCase() : 'null'
}
