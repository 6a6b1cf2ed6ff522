import { scheduleId, SCHEDULES } from './history.js'

/** Something to ask for; the n-th time possibly something else of its kind. */
export interface Target {
  name: string
  path: (n: number) => string
}

/** Run ids of the history, newest first, and those that are looked at for what they hold. */
export interface Samples {
  spread: readonly string[]
  longLogs: readonly string[]
}

const HOUR_MS = 3_600_000
const JOBS = 200
const FAILURES = 'FAILED,TIMED_OUT,ABANDONED'

/** Every page, and every list of the API, with the filters that people combine. */
export function targetsOf(samples: Samples, now: Date): Target[] {
  const pick = <T>(list: readonly T[], n: number): T => list[(n * 37) % list.length]!
  const schedule = (n: number) => encodeURIComponent(scheduleId((n * 37) % SCHEDULES))
  const busy = (n: number) => encodeURIComponent(scheduleId(n % 30))
  const job = (n: number) => `job-${n % JOBS}`
  const cursor = (n: number) => pick(samples.spread, n)
  const at = (n: number) => new Date(now.getTime() - ((n * 37) % 700) * HOUR_MS)
  const local = (n: number) => at(n).toISOString().slice(0, 16)
  const hour = (n: number) => `from=${new Date(at(n).getTime() - HOUR_MS).toISOString().slice(0, 16)}&to=${local(n)}`
  const page = (n: number) => 1 + ((n * 7) % 50)
  const day = (n: number) => `from=${new Date(at(n).getTime() - 24 * HOUR_MS).toISOString()}&to=${at(n).toISOString()}`
  return [
    { name: 'overview', path: () => '/' },
    { name: 'schedules, every page', path: (n) => `/schedules?page=${page(n)}` },
    { name: 'schedules, soonest first', path: (n) => `/schedules?order=next&page=${page(n)}` },
    { name: 'schedules, searched', path: (n) => `/schedules?search=schedule-${n}` },
    { name: 'schedules, failing', path: () => '/schedules?filter=failing' },
    { name: 'schedules, due', path: () => '/schedules?filter=due' },
    { name: 'one schedule', path: (n) => `/schedules/${schedule(n)}` },
    { name: 'one schedule of 9,000 runs', path: (n) => `/schedules/${busy(n)}` },
    {
      name: 'preview of a backfill',
      path: (n) => `/schedules/${busy(n)}/backfill?from=${local(710)}&to=${local(700)}`,
    },
    { name: 'runs', path: () => '/runs' },
    { name: 'runs, deep', path: (n) => `/runs?cursor=${cursor(n)}` },
    { name: 'runs of a schedule', path: (n) => `/runs?schedule=${busy(n)}` },
    { name: 'runs of a schedule, deep', path: (n) => `/runs?schedule=${busy(n)}&cursor=${cursor(n)}` },
    { name: 'runs of a job', path: (n) => `/runs?job=${job(n)}` },
    { name: 'runs of a job, deep', path: (n) => `/runs?job=${job(n)}&cursor=${cursor(n)}` },
    { name: 'runs of a job of many schedules', path: (n) => `/runs?job=report&cursor=${cursor(n)}` },
    { name: 'runs of a job that runs rarely', path: (n) => `/runs?job=nightly&cursor=${cursor(n)}` },
    { name: 'runs of a job that is none', path: (n) => `/runs?job=none-${n}` },
    { name: 'runs of one status', path: (n) => `/runs?status=FAILED&cursor=${cursor(n)}` },
    { name: 'runs of a rare status', path: (n) => `/runs?status=INTERRUPTED&cursor=${cursor(n)}` },
    { name: 'runs of several statuses', path: (n) => `/runs?status=${FAILURES}&cursor=${cursor(n)}` },
    { name: 'runs that wait or run', path: () => '/runs?status=PENDING,QUEUED,RUNNING' },
    { name: 'runs since', path: (n) => `/runs?from=${local(n)}` },
    { name: 'runs until', path: (n) => `/runs?to=${local(n)}` },
    { name: 'runs of an hour that failed', path: (n) => `/runs?status=FAILED&${hour(n)}` },
    { name: 'runs of a schedule and status', path: (n) => `/runs?schedule=${schedule(n)}&status=${FAILURES}` },
    { name: 'runs of a schedule and job', path: (n) => `/runs?schedule=${schedule(n)}&job=report` },
    { name: 'runs of a job and status', path: (n) => `/runs?job=${job(n)}&status=${FAILURES}` },
    { name: 'runs of a common job and status', path: (n) => `/runs?job=report&status=TIMED_OUT&cursor=${cursor(n)}` },
    { name: 'runs of a rare job and status', path: (n) => `/runs?job=nightly&status=ABANDONED&cursor=${cursor(n)}` },
    {
      name: 'runs by every filter',
      path: (n) => `/runs?schedule=${busy(n)}&job=${job(n % 30)}&status=${FAILURES}&from=${local(600)}&to=${local(n)}`,
    },
    { name: 'one run', path: (n) => `/runs/${cursor(n)}` },
    { name: 'one run with a log of 64 KiB', path: (n) => `/runs/${pick(samples.longLogs, n)}` },
    { name: 'passes', path: () => '/passes' },
    { name: 'passes, deep', path: (n) => `/passes?before=${1 + ((n * 61) % 8000)}` },
    { name: 'timeline', path: () => '/timeline' },
    { name: 'api: overview', path: () => '/api/overview' },
    { name: 'api: schedules, 50', path: (n) => `/api/schedules?offset=${(n * 50) % SCHEDULES}` },
    { name: 'api: schedules, 500', path: (n) => `/api/schedules?limit=500&offset=${(n % 2) * 500}` },
    { name: 'api: one schedule', path: (n) => `/api/schedules/${schedule(n)}` },
    { name: 'api: next slots', path: (n) => `/api/schedules/${schedule(n)}/next?count=100` },
    { name: 'api: runs, 50', path: (n) => `/api/runs?cursor=${cursor(n)}` },
    { name: 'api: runs, 500', path: (n) => `/api/runs?limit=500&cursor=${cursor(n)}` },
    { name: 'api: one run', path: (n) => `/api/runs/${cursor(n)}` },
    { name: 'api: passes, 500', path: (n) => `/api/passes?limit=500&cursor=${1 + ((n * 61) % 8000)}` },
    { name: 'api: timeline of a day', path: (n) => `/api/timeline?${day(n)}` },
    { name: 'api: audit events', path: () => '/api/audit-events' },
    { name: 'health of the scheduler', path: () => '/health/scheduler' },
    { name: 'metrics', path: () => '/metrics' },
  ]
}

/** What people who click around come by. */
export function wandering(samples: Samples, n: number): string {
  const paths = [
    '/',
    '/schedules',
    `/schedules/${encodeURIComponent(scheduleId((n * 37) % SCHEDULES))}`,
    '/runs',
    `/runs?status=${FAILURES}`,
    `/runs/${samples.spread[(n * 37) % samples.spread.length]!}`,
    '/passes',
    '/timeline',
  ]
  return paths[n % paths.length]!
}
