import { Hono } from 'hono'
import { expectPass } from '../../commands/expect-pass.js'
import { resolveJobs } from '../../commands/resolve-jobs.js'
import type { JobRow } from '../../domain/schedule.js'
import { ScheduleError } from '../../errors.js'
import type { Queries, ScheduleQuery, ScheduleSummary } from '../../queries/queries.js'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator } from '../guards.js'
import type { WebEnv } from '../session.js'
import { parseParams, parsePauseEnd, readForm } from './form.js'
import { schedulePath } from './parts.js'
import { SchedulePage } from './schedule-page.js'
import { SCHEDULE_FILTERS, SCHEDULES_PER_PAGE, SchedulesPage, type SchedulesView } from './schedules-page.js'
import { show } from './shown.js'

const SLOTS = 60
const HISTORY = 15
const OPEN = 20
const EVENTS = 8
const LAST_PAGE = 100_000

export function scheduleRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, actions } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/schedules', async (c) => {
    const view = await readSchedules(
      queries,
      queryOf((name) => c.req.query(name)),
    )
    return show(c, dependencies, { title: 'Schedules', section: 'Schedules', live: true }, <SchedulesPage {...view} />)
  })
  routes.get('/schedules/:id', async (c) => {
    const view = await readSchedule(dependencies, c.req.param('id'))
    return show(
      c,
      dependencies,
      { title: view.schedule.id, section: 'Schedules', live: true },
      <SchedulePage {...view} session={c.get('session')} done={c.req.query('done') ?? null} />,
    )
  })
  routes.post('/schedules/:id/requests', requireOperator, async (c) => {
    const id = c.req.param('id')
    const form = await readForm(c)
    const params = parseParams(form('params'))
    await actions.requestRun(actorOf(c.get('session')), id, {
      ...(form('job') === '' ? {} : { job: form('job') }),
      ...(params === undefined ? {} : { params }),
    })
    return c.redirect(schedulePath(id, '?done=requested'), 303)
  })
  routes.post('/schedules/:id/pause', requireOperator, async (c) => {
    const id = c.req.param('id')
    const form = await readForm(c)
    const until = parsePauseEnd(form, await queries.now())
    const terms = { ...(form('reason') === '' ? {} : { reason: form('reason') }), ...(until === null ? {} : { until }) }
    await actions.pause(actorOf(c.get('session')), id, terms)
    return c.redirect(schedulePath(id, '?done=paused'), 303)
  })
  routes.post('/schedules/:id/resume', requireOperator, async (c) => {
    const id = c.req.param('id')
    await actions.resume(actorOf(c.get('session')), id)
    return c.redirect(schedulePath(id, '?done=resumed'), 303)
  })
  return routes
}

function queryOf(param: (name: string) => string | undefined): SchedulesView['query'] {
  const filter = SCHEDULE_FILTERS.find((known) => known === param('filter')) ?? null
  const page = Math.trunc(Number(param('page') ?? 1))
  return {
    search: (param('search') ?? '').slice(0, 128),
    filter,
    order: param('order') === 'next' ? 'next' : 'id',
    page: page >= 1 && page <= LAST_PAGE ? page : 1,
  }
}

async function readSchedules(queries: Queries, query: SchedulesView['query']): Promise<SchedulesView> {
  const { search, filter, order, page } = query
  const wanted: ScheduleQuery = { search, order, limit: SCHEDULES_PER_PAGE, offset: (page - 1) * SCHEDULES_PER_PAGE }
  const list = await queries.listSchedules(filter === null ? wanted : { ...wanted, filter: filter ?? 'active' })
  const ids = list.schedules.map((schedule) => schedule.id)
  const [slots, figures] = await Promise.all([queries.slots(ids, SLOTS), queries.durations(ids)])
  return { query, list, slots, figures }
}

async function readSchedule({ queries, settings }: WebDependencies, id: string) {
  const schedule = await queries.getSchedule(id)
  if (schedule === null) throw new ScheduleError('SCHEDULE_NOT_FOUND', `there is no schedule '${id.slice(0, 128)}'`)
  const { pollIntervalMs } = settings
  const [now, jobs, runs, waiting, slots, figures, audit, passes] = await Promise.all([
    queries.now(),
    queries.listJobs(),
    queries.listRuns({ scheduleId: id, limit: HISTORY }),
    queries.listRuns({ scheduleId: id, statuses: ['PENDING', 'QUEUED', 'RUNNING'], limit: OPEN }),
    queries.slots([id], SLOTS),
    queries.durations([id]),
    queries.listAuditEvents({ scheduleId: id, limit: EVENTS }),
    queries.listPasses({ kind: 'PASS', limit: 1 }),
  ])
  return {
    schedule,
    now,
    jobs: jobsOf(schedule, jobs),
    runs: runs.runs,
    waiting: waiting.runs,
    slots: slots.get(id) ?? [],
    figures: figures.get(id),
    events: audit.events,
    expected: expectPass(now, pollIntervalMs, passes.passes[0]?.startedAt ?? null),
    pollIntervalMs,
  }
}

/** None where a request would be refused. */
function jobsOf(schedule: ScheduleSummary, jobs: readonly JobRow[]): string[] {
  try {
    return resolveJobs(schedule, jobs, null)
  } catch {
    return []
  }
}
