import type { Context } from 'hono'
import type { Failure } from './failure.js'
import type { KeptForm } from './page-contract.js'
import type { WebEnv } from './session.js'

// What was typed is no fault of these answers, and would be typed again.
const KEPT = [401, 403, 503]
const NEVER_SHOWN = ['csrf', 'token']

/** The form of a request that failed for no fault of the form; null where there is none. */
export async function keepForm(context: Context<WebEnv>, { status, code }: Failure): Promise<KeptForm | null> {
  const { method, path } = context.req
  const type = context.req.header('content-type') ?? ''
  // What another site sent is not what anybody typed here.
  if (method !== 'POST' || !KEPT.includes(status) || code === 'CROSS_ORIGIN' || path.startsWith('/sign-')) return null
  if (!type.startsWith('application/x-www-form-urlencoded')) return null
  const body = await context.req.parseBody()
  const fields = Object.entries(body).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && !NEVER_SHOWN.includes(name) ? [[name, value]] : [],
  )
  return { action: path, fields, canBeRepeated: status === 503 || code === 'CSRF' }
}
