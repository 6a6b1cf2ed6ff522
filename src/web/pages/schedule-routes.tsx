import { Hono } from 'hono'
import type { Queries, ScheduleQuery } from '../../queries/queries.js'
import { oneOf, text, whole } from '../api/parameters.js'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator } from '../guards.js'
import type { WebEnv } from '../session.js'
import { readFilters } from './filters.js'
import { parseParams, pauseTermsOf, readForm } from './form.js'
import { schedulePath } from './parts.js'
import { PAUSE_ERRORS } from './pause-fields.js'
import { submit, type FieldsByCode } from './refusal.js'
import { showSchedule } from './show-schedule.js'
import { SCHEDULE_FILTERS, SCHEDULES_PER_PAGE, SchedulesPage, type SchedulesView } from './schedules-page.js'
import { show } from './shown.js'

const SLOTS = 60
const LAST_PAGE = 100_000
const SCHEDULE_PARAMETERS = {
  search: text(128),
  filter: oneOf(SCHEDULE_FILTERS),
  order: oneOf(['id', 'next']),
  page: whole(1, LAST_PAGE),
}
const REQUEST_ERRORS: FieldsByCode = { USAGE: 'params', JOB_NOT_FOUND: 'job' }

export function scheduleRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, actions } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/schedules', async (c) => {
    const { filters, problems } = readFilters(c, SCHEDULE_PARAMETERS)
    const { search = '', filter = null, order = 'id', page = 1 } = filters
    const view = await readSchedules(queries, { search, filter, order, page })
    return show(
      c,
      dependencies,
      { title: 'Schedules', section: 'Schedules', live: true },
      <SchedulesPage {...view} problems={problems} session={c.get('session')} />,
    )
  })
  routes.get('/schedules/:id', (c) => showSchedule(c, dependencies, c.req.param('id')))
  routes.post('/schedules/:id/requests', requireOperator, async (c) => {
    const id = c.req.param('id')
    const form = await readForm(c)
    const { refusal } = await submit('requests', form, REQUEST_ERRORS, async () => {
      const params = parseParams(form('params'))
      await actions.requestRun(actorOf(c.get('session')), id, {
        ...(form('job') === '' ? {} : { job: form('job') }),
        ...(params === undefined ? {} : { params }),
      })
    })
    if (refusal !== null) return showSchedule(c, dependencies, id, refusal)
    return c.redirect(schedulePath(id, '?done=requested'), 303)
  })
  routes.post('/schedules/:id/pause', requireOperator, async (c) => {
    const id = c.req.param('id')
    const form = await readForm(c)
    const { refusal } = await submit('pause', form, PAUSE_ERRORS, async () => {
      const terms = pauseTermsOf(form, await queries.now())
      await actions.pause(actorOf(c.get('session')), id, terms)
    })
    if (refusal !== null) return showSchedule(c, dependencies, id, refusal)
    return c.redirect(schedulePath(id, '?done=paused'), 303)
  })
  routes.post('/schedules/:id/resume', requireOperator, async (c) => {
    const id = c.req.param('id')
    await actions.resume(actorOf(c.get('session')), id)
    return c.redirect(schedulePath(id, '?done=resumed'), 303)
  })
  return routes
}

async function readSchedules(
  queries: Queries,
  query: SchedulesView['query'],
): Promise<Omit<SchedulesView, 'session' | 'problems'>> {
  const { search, filter, order, page } = query
  const wanted: ScheduleQuery = { search, order, limit: SCHEDULES_PER_PAGE, offset: (page - 1) * SCHEDULES_PER_PAGE }
  const list = await queries.listSchedules(filter === null ? wanted : { ...wanted, filter: filter ?? 'active' })
  const ids = list.schedules.map((schedule) => schedule.id)
  const [slots, figures] = await Promise.all([queries.slots(ids, SLOTS), queries.durations(ids)])
  return { query, list, slots, figures }
}
