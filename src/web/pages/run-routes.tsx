import { Hono } from 'hono'
import { expectPass } from '../../commands/expect-pass.js'
import { RUN_STATUSES, WHOLE_SLOT, type Run, type RunStatus } from '../../domain/run.js'
import { ScheduleError } from '../../errors.js'
import type { Queries, RunQuery } from '../../queries/queries.js'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator } from '../guards.js'
import type { WebEnv } from '../session.js'
import { parseLocalTime } from './form.js'
import { RunPage } from './run-page.js'
import { RunsPage, type RunFilters } from './runs-page.js'
import { show } from './shown.js'

const RUNS_PER_PAGE = 40
const EVENTS = 20
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function runRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, actions, settings } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/runs', async (c) => {
    const filters = filtersOf((name) => c.req.query(name) ?? '')
    const { query, problem } = runQueryOf(filters)
    const [now, page] = await Promise.all([queries.now(), queries.listRuns(query)])
    return show(
      c,
      dependencies,
      { title: 'Runs', section: 'Runs', live: filters.cursor === '' },
      <RunsPage filters={filters} page={page} now={now} problem={problem} />,
    )
  })
  routes.get('/runs/:id', async (c) => {
    const run = await readRun(queries, c.req.param('id'))
    const [now, passes, audit] = await Promise.all([
      queries.now(),
      queries.listPasses({ kind: 'PASS', limit: 1 }),
      queries.listAuditEvents({ runId: run.id, limit: EVENTS }),
    ])
    const expected = expectPass(now, settings.pollIntervalMs, passes.passes[0]?.startedAt ?? null)
    const view = { run, now, expected, events: audit.events, done: c.req.query('done') ?? null }
    return show(
      c,
      dependencies,
      { title: `${run.jobName} of ${run.scheduleId}`, section: 'Runs', live: true },
      <RunPage {...view} session={c.get('session')} />,
    )
  })
  routes.post('/runs/:id/cancel', requireOperator, async (c) => {
    const { outcome, run } = await actions.cancel(actorOf(c.get('session')), c.req.param('id'))
    const done = { cancelled: 'cancelled', requested: 'stopping', ended: 'ended' }[outcome]
    return c.redirect(`/runs/${run.id}?done=${done}`, 303)
  })
  routes.post('/runs/:id/requests', requireOperator, async (c) => {
    const run = await readRun(queries, c.req.param('id'))
    if (run.jobName === WHOLE_SLOT) throw new ScheduleError('CONFLICT', 'this row stands for slots that did not run')
    const { jobName, params, scheduleId } = run
    const requested = await actions.requestRun(actorOf(c.get('session')), scheduleId, { job: jobName, params })
    return c.redirect(`/runs/${requested.runs[0]?.id ?? run.id}?done=requested`, 303)
  })
  return routes
}

async function readRun(queries: Queries, id: string): Promise<Run> {
  const run = RUN_ID.test(id) ? await queries.getRun(id) : null
  if (run === null) throw new ScheduleError('RUN_NOT_FOUND', `there is no run '${id.slice(0, 64)}'; it may be pruned`)
  return run
}

function filtersOf(param: (name: string) => string): RunFilters {
  const wanted = param('status').split(',')
  return {
    schedule: param('schedule').trim().slice(0, 128),
    job: param('job').trim().slice(0, 128),
    statuses: RUN_STATUSES.filter((status) => wanted.includes(status)),
    from: param('from').slice(0, 30),
    to: param('to').slice(0, 30),
    cursor: RUN_ID.test(param('cursor')) ? param('cursor') : '',
  }
}

function runQueryOf({ schedule, job, statuses, from, to, cursor }: RunFilters): {
  query: RunQuery
  problem: string | null
} {
  const base: RunQuery = {
    limit: RUNS_PER_PAGE,
    ...(schedule === '' ? {} : { scheduleId: schedule }),
    ...(job === '' ? {} : { jobName: job }),
    ...(statuses.length === 0 ? {} : { statuses: statuses satisfies readonly RunStatus[] }),
    ...(cursor === '' ? {} : { cursor }),
  }
  try {
    const [since, before] = [parseLocalTime(from, 'from'), parseLocalTime(to, 'to')]
    return {
      query: { ...base, ...(since === null ? {} : { from: since }), ...(before === null ? {} : { to: before }) },
      problem: null,
    }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error
    return { query: base, problem: `${error.message}: it is left out. To use it, ${error.fix ?? ''}.` }
  }
}
