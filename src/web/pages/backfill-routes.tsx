import { Hono } from 'hono'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator, sessionOf } from '../guards.js'
import type { WebEnv } from '../session.js'
import { BackfillPage, type BackfillView } from './backfill-page.js'
import { FieldError, parseLocalTime, readForm, type Form } from './form.js'
import { schedulePath } from './parts.js'
import { submit, type FieldsByCode } from './refusal.js'
import { showSchedule } from './show-schedule.js'
import { show } from './shown.js'

type Period = BackfillView['period']

const BACKFILL_ERRORS: FieldsByCode = { REFUSED: 'to' }

export function backfillRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { actions, queries } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/schedules/:id/backfill', requireOperator, async (c) => {
    const id = c.req.param('id')
    const query = (name: string) => c.req.query(name)?.trim() ?? ''
    const preview = await submit('backfill', query, BACKFILL_ERRORS, async () => {
      const period = periodOf(query)
      const plan = await actions.backfill(actorOf(c.get('session')), id, { ...period, dryRun: true })
      return { plan, period, now: await queries.now() }
    })
    if (preview.refusal !== null) return showSchedule(c, dependencies, id, preview.refusal)
    return show(
      c,
      dependencies,
      { title: `Backfill of ${id}`, section: 'Schedules' },
      <BackfillPage {...preview.done} session={sessionOf(c.get('session'))} />,
    )
  })
  routes.post('/schedules/:id/backfills', requireOperator, async (c) => {
    const id = c.req.param('id')
    const form = await readForm(c)
    const { refusal } = await submit('backfill', form, BACKFILL_ERRORS, () =>
      actions.backfill(actorOf(c.get('session')), id, periodOf(form)),
    )
    if (refusal !== null) return showSchedule(c, dependencies, id, refusal)
    return c.redirect(schedulePath(id, '?done=backfilled'), 303)
  })
  return routes
}

function periodOf(field: Form): Period {
  const from = parseLocalTime(field('from'), 'from')
  const to = parseLocalTime(field('to'), 'to')
  if (from === null) throw new FieldError('from', 'a backfill needs a period', 'fill in its begin')
  if (to === null) throw new FieldError('to', 'a backfill needs a period', 'fill in its end')
  if (from < to) return { from, to }
  throw new FieldError(
    'to',
    'the period is empty',
    'give a time after its begin; the slot at its end is not part of it',
  )
}
