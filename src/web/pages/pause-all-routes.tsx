import { Hono, type Context } from 'hono'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator, sessionOf } from '../guards.js'
import type { WebEnv } from '../session.js'
import { FieldError, pauseTermsOf, readForm } from './form.js'
import { PauseAllPage } from './pause-all-page.js'
import { PAUSE_ERRORS } from './pause-fields.js'
import { submit, type Refusal } from './refusal.js'
import { show } from './shown.js'

export function pauseAllRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, actions } = dependencies
  const routes = new Hono<WebEnv>()

  async function ask(c: Context<WebEnv>, refusal: Refusal | null) {
    const { schedules } = await queries.overview()
    return show(
      c,
      dependencies,
      { title: 'Pause everything', section: 'Overview', status: refusal?.status ?? 200 },
      <PauseAllPage counts={schedules} session={sessionOf(c.get('session'))} refusal={refusal} />,
    )
  }

  routes.get('/pause-all', requireOperator, (c) => ask(c, null))
  routes.post('/pause-all', requireOperator, async (c) => {
    const form = await readForm(c)
    const { refusal } = await submit('pause-all', form, PAUSE_ERRORS, async () => {
      const terms = pauseTermsOf(form, await queries.now())
      if (form('confirmed') !== 'yes')
        throw new FieldError('confirmed', 'say that all of them are meant', 'tick the box')
      await actions.pauseAll(actorOf(c.get('session')), terms)
    })
    return refusal === null ? c.redirect('/', 303) : ask(c, refusal)
  })
  routes.post('/resume-all', requireOperator, async (c) => {
    await actions.resumeAll(actorOf(c.get('session')))
    return c.redirect('/?done=resumed', 303)
  })
  return routes
}
