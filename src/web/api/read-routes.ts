import { Hono } from 'hono'
import { expectPass, type ExpectedPass } from '../../commands/expect-pass.js'
import { selectJobRows } from '../../commands/select-job-rows.js'
import { RUN_STATUSES } from '../../domain/run.js'
import { ScheduleError } from '../../errors.js'
import type { RunQuery, ScheduleSummary } from '../../queries/queries.js'
import type { WebDependencies } from '../dependencies.js'
import { sessionOf } from '../guards.js'
import { cadenceOf, comingSlots, cronWords } from '../pages/coming.js'
import type { WebEnv } from '../session.js'
import { invalid, instant, name, oneOf, readParameters, rowId, runId, someOf, text, whole } from './parameters.js'
import { queryOf, runIdOf, scheduleIdOf } from './request-parts.js'

const DAY_MS = 86_400_000
const LONGEST_TIMELINE_MS = 31 * DAY_MS

/** What may be read, by any role. */
export function readRoutes({ queries, silentSince, settings, clock }: WebDependencies): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get('/session', (context) => {
    readParameters(queryOf(context), {})
    const { role, subject, expiresAt, csrfToken } = sessionOf(context.get('session'))
    return context.json({ role, subject, expiresAt, csrfToken })
  })

  app.get('/overview', async (context) => {
    readParameters(queryOf(context), {})
    const overview = await queries.overview()
    const { pollIntervalMs } = settings
    const expected = expectPass(overview.now, pollIntervalMs, overview.lastPass?.startedAt ?? null)
    return context.json({
      ...overview,
      overdueSince: silentSince(overview),
      expectedPassAt: instantOf(expected),
      pollIntervalMs,
    })
  })

  app.get('/schedules', async (context) => {
    const query = readParameters(queryOf(context), {
      search: text(128),
      filter: oneOf(['active', 'paused', 'orphaned', 'failing', 'due']),
      order: oneOf(['id', 'next']),
      offset: whole(0, 1_000_000),
      limit: whole(1, 500),
    })
    const page = await queries.listSchedules({ limit: 50, ...query })
    return context.json({ ...page, schedules: page.schedules.map(inWords) })
  })

  app.get('/schedules/:id', async (context) => {
    readParameters(queryOf(context), {})
    const schedule = await find(scheduleIdOf(context))
    const [jobs, durations, slots] = await Promise.all([
      queries.listJobs(),
      queries.durations([schedule.id]),
      queries.slots([schedule.id]),
    ])
    return context.json({
      ...inWords(schedule),
      jobs: selectJobRows(schedule, jobs).names,
      durations: durations.get(schedule.id) ?? null,
      slots: slots.get(schedule.id) ?? [],
      cadenceAdvice: cadenceOf(schedule, settings.pollIntervalMs),
    })
  })

  app.get('/schedules/:id/next', async (context) => {
    const { count = 10 } = readParameters(queryOf(context), { count: whole(1, 100) })
    const schedule = await find(scheduleIdOf(context))
    const { id, timezone } = schedule
    const slots = comingSlots(schedule, await queries.now(), count)
    return context.json({ scheduleId: id, timezone, slots: slots.map(({ at, note }) => ({ at, note })) })
  })

  app.get('/runs', async (context) => {
    const { schedule, job, status, ...rest } = readParameters(queryOf(context), {
      schedule: name,
      job: name,
      status: someOf(RUN_STATUSES),
      from: instant,
      to: instant,
      cursor: runId,
      limit: whole(1, 500),
    })
    const query: RunQuery = { ...rest }
    if (schedule !== undefined) query.scheduleId = schedule
    if (job !== undefined) query.jobName = job
    if (status !== undefined) query.statuses = status
    return context.json(await queries.listRuns(query))
  })

  app.get('/runs/:id', async (context) => {
    readParameters(queryOf(context), {})
    const id = runIdOf(context)
    const run = await queries.getRun(id)
    if (run !== null) return context.json(run)
    throw new ScheduleError('RUN_NOT_FOUND', `no run '${id}'`, { fix: 'list them: GET /api/runs' })
  })

  app.get('/passes', async (context) => {
    const { status, ...rest } = readParameters(queryOf(context), {
      kind: oneOf(['PASS', 'WORKER', 'MANUAL']),
      status: someOf(['RUNNING', 'FINISHED', 'IDLE', 'LOST', 'INTERRUPTED']),
      cursor: rowId,
      limit: whole(1, 500),
    })
    return context.json(await queries.listPasses({ ...rest, ...(status === undefined ? {} : { statuses: status }) }))
  })

  app.get('/timeline', async (context) => {
    const given = readParameters(queryOf(context), { from: instant, to: instant, limit: whole(1, 5000) })
    const to = given.to ?? clock.now()
    const from = given.from ?? new Date(to.getTime() - DAY_MS)
    const length = to.getTime() - from.getTime()
    if (length <= 0 || length > LONGEST_TIMELINE_MS) throw invalid('from must lie before to, by 31 days at most')
    return context.json({ from, to, runs: await queries.timeline({ ...given, from, to }) })
  })

  app.get('/audit-events', async (context) => {
    const { schedule, run, ...rest } = readParameters(queryOf(context), {
      schedule: name,
      run: runId,
      cursor: rowId,
      limit: whole(1, 500),
    })
    const scheduleId = schedule === undefined ? {} : { scheduleId: schedule }
    return context.json(
      await queries.listAuditEvents({ ...rest, ...scheduleId, ...(run === undefined ? {} : { runId: run }) }),
    )
  })

  async function find(id: string): Promise<ScheduleSummary> {
    const schedule = await queries.getSchedule(id)
    if (schedule !== null) return schedule
    throw new ScheduleError('SCHEDULE_NOT_FOUND', `no schedule '${id}'`, { fix: 'list them: GET /api/schedules' })
  }

  return app
}

function inWords(schedule: ScheduleSummary): ScheduleSummary & { cronInWords: string | null } {
  return { ...schedule, cronInWords: cronWords(schedule.cron) }
}

export function instantOf(expected: ExpectedPass): Date | null {
  return expected.kind === 'expected' ? expected.at : null
}
