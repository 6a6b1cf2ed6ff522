import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { page, type Shown } from './layout.js'

type About = Pick<Shown, 'title' | 'section' | 'live'>

/** Answers with a page. */
export function show(context: Context<WebEnv>, { settings }: WebDependencies, about: About, content: Child) {
  const { version } = settings
  return context.html(
    page({ ...about, session: context.get('session'), nonce: context.get('nonce'), version }, content),
  )
}
