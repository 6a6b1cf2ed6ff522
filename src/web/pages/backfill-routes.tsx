import { Hono } from 'hono'
import { ScheduleError } from '../../errors.js'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator, sessionOf } from '../guards.js'
import type { WebEnv } from '../session.js'
import { BackfillPage } from './backfill-page.js'
import { parseLocalTime, readForm } from './form.js'
import { schedulePath } from './parts.js'
import { show } from './shown.js'

export function backfillRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { actions } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/schedules/:id/backfill', requireOperator, async (c) => {
    const id = c.req.param('id')
    const period = periodOf((name) => c.req.query(name) ?? '')
    const plan = await actions.backfill(actorOf(c.get('session')), id, { ...period, dryRun: true })
    return show(
      c,
      dependencies,
      { title: `Backfill of ${id}`, section: 'Schedules' },
      <BackfillPage plan={plan} period={period} session={sessionOf(c.get('session'))} />,
    )
  })
  routes.post('/schedules/:id/backfills', requireOperator, async (c) => {
    const id = c.req.param('id')
    await actions.backfill(actorOf(c.get('session')), id, periodOf(await readForm(c)))
    return c.redirect(schedulePath(id, '?done=backfilled'), 303)
  })
  return routes
}

function periodOf(field: (name: string) => string): { from: Date; to: Date } {
  const from = parseLocalTime(field('from'), 'from')
  const to = parseLocalTime(field('to'), 'to')
  if (from !== null && to !== null) return { from, to }
  throw new ScheduleError('USAGE', 'a backfill needs a period', { fix: 'fill in from and to' })
}
