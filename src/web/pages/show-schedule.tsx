import type { Context } from 'hono'
import { expectPass } from '../../commands/expect-pass.js'
import { resolveJobs } from '../../commands/resolve-jobs.js'
import type { JobRow } from '../../domain/schedule.js'
import { ScheduleError } from '../../errors.js'
import type { ScheduleSummary } from '../../queries/queries.js'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import type { Refusal } from './refusal.js'
import { SchedulePage } from './schedule-page.js'
import { show } from './shown.js'

const SLOTS = 60
const HISTORY = 15
const OPEN = 20
const EVENTS = 8

/** Answers with the page of a schedule; with the form that was refused, if one was. Throws SCHEDULE_NOT_FOUND. */
export async function showSchedule(
  c: Context<WebEnv>,
  dependencies: WebDependencies,
  id: string,
  refusal: Refusal | null = null,
) {
  const view = await readSchedule(dependencies, id)
  // A page that answers a form has no address of its own to be read again from.
  const about = { section: 'Schedules', live: refusal === null, status: refusal?.status ?? 200 }
  return show(
    c,
    dependencies,
    { title: view.schedule.id, ...about },
    <SchedulePage {...view} session={c.get('session')} done={c.req.query('done') ?? null} refusal={refusal} />,
  )
}

async function readSchedule({ queries, settings }: WebDependencies, id: string) {
  const schedule = await queries.getSchedule(id)
  if (schedule === null) throw new ScheduleError('SCHEDULE_NOT_FOUND', `there is no schedule '${id.slice(0, 128)}'`)
  const { pollIntervalMs } = settings
  const [now, pause, jobs, runs, waiting, slots, figures, audit, passes] = await Promise.all([
    queries.now(),
    queries.pauseOfAll(),
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
    pause,
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
