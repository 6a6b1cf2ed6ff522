import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { page, type Shown } from './layout.js'

type About = Pick<Shown, 'title' | 'section' | 'live'> & { status?: ContentfulStatusCode }

/** Answers with a page. */
export function show(context: Context<WebEnv>, { settings }: WebDependencies, about: About, content: Child) {
  const { status = 200, ...rest } = about
  const { version } = settings
  return context.html(
    page({ ...rest, session: context.get('session'), nonce: context.get('nonce'), version }, content),
    status,
  )
}
