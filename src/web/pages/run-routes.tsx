import { Hono, type Context } from 'hono'
import { expectPass } from '../../commands/expect-pass.js'
import { RUN_STATUSES, WHOLE_SLOT, type Run } from '../../domain/run.js'
import { ScheduleError } from '../../errors.js'
import type { Queries, RunQuery } from '../../queries/queries.js'
import { isRunId, runId, someOf, text, type Read, type Reader } from '../api/parameters.js'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator } from '../guards.js'
import type { WebEnv } from '../session.js'
import { localTime, readFilters } from './filters.js'
import { RunPage } from './run-page.js'
import { RunsPage, type RunFilters } from './runs-page.js'
import { show } from './shown.js'

const RUNS_PER_PAGE = 40
const EVENTS = 20
const LONGEST_NAME = 128
const RUN_FILTERS = {
  schedule: trimmed,
  job: trimmed,
  status: someOf(RUN_STATUSES),
  from: localTime,
  to: localTime,
  cursor: runId,
}
type RunParameters = Read<typeof RUN_FILTERS>

export function runRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, actions, settings } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/runs', async (c) => {
    const { filters, problems } = readFilters(c, RUN_FILTERS)
    const query = runQueryOf(filters)
    const [now, page] = await Promise.all([queries.now(), queries.listRuns(query)])
    return show(
      c,
      dependencies,
      { title: 'Runs', section: 'Runs', live: filters.cursor === undefined },
      <RunsPage filters={shownFilters(c, filters)} page={page} now={now} problems={problems} />,
    )
  })
  routes.get('/runs/:id', async (c) => {
    const run = await readRun(queries, c.req.param('id'))
    const [now, pass, passes, audit] = await Promise.all([
      queries.now(),
      run.passId === null ? null : queries.getPass(run.passId),
      queries.listPasses({ kind: 'PASS', limit: 1 }),
      queries.listAuditEvents({ runId: run.id, limit: EVENTS }),
    ])
    const expected = expectPass(now, settings.pollIntervalMs, passes.passes[0]?.startedAt ?? null)
    const view = { run, pass, now, expected, events: audit.events, done: c.req.query('done') ?? null }
    return show(
      c,
      dependencies,
      { title: `${run.jobName} of ${run.scheduleId}`, section: 'Runs', live: true },
      <RunPage {...view} session={c.get('session')} />,
    )
  })
  routes.post('/runs/:id/cancel', requireOperator, async (c) => {
    const { outcome, run } = await actions.cancel(actorOf(c.get('session')), c.req.param('id').toLowerCase())
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
  const known = id.toLowerCase()
  const run = isRunId(known) ? await queries.getRun(known) : null
  if (run === null) throw new ScheduleError('RUN_NOT_FOUND', `there is no run '${id.slice(0, 64)}'; it may be pruned`)
  return run
}

/** What the form shows: times as they were typed, and what could be read of the rest. */
function shownFilters(c: Context<WebEnv>, { schedule, job, status, cursor }: RunParameters): RunFilters {
  const typed = (name: string) => (c.req.query(name) ?? '').slice(0, 30)
  return {
    schedule: schedule ?? '',
    job: job ?? '',
    statuses: status ?? [],
    from: typed('from'),
    to: typed('to'),
    cursor: cursor ?? '',
  }
}

function runQueryOf({ schedule, job, status, from, to, cursor }: RunParameters): RunQuery {
  const query: RunQuery = { limit: RUNS_PER_PAGE }
  if (schedule !== undefined) query.scheduleId = schedule
  if (job !== undefined) query.jobName = job
  if (status !== undefined) query.statuses = status
  if (from) query.from = from
  if (to) query.to = to
  if (cursor !== undefined) query.cursor = cursor
  return query
}

function trimmed(...[name, value]: Parameters<Reader<string>>): string {
  return text(LONGEST_NAME)(name, value).trim()
}
