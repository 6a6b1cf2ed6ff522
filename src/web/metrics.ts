import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Overview } from '../queries/queries.js'
import { isLocal } from './client-address.js'
import type { WebDependencies } from './dependencies.js'
import { HttpError } from './http-error.js'
import { sameText } from './same-text.js'
import type { WebEnv } from './session.js'
import type { SilentSince } from './silence.js'

const PREFIX = 'run_due_schedules_'

/** Figures for Prometheus; the database is asked when they are. */
export function createMetrics({ queries, silentSince, settings, clock }: WebDependencies, token: string | null) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const figures = databaseFigures(registry, settings.pollIntervalMs)
  const requests = requestFigures(registry)

  const measure = createMiddleware<WebEnv>(async (context, next) => {
    const startedAtMs = clock.monotonicMs()
    await next()
    // Patterns, not paths: anybody can make up paths.
    const route = matchedRoutes(context).findLast(({ method }) => method !== 'ALL')?.path ?? 'none'
    const labels = { method: context.req.method, route, status: String(context.res.status) }
    requests.observe(labels, (clock.monotonicMs() - startedAtMs) / 1000)
  })

  const routes = new Hono<WebEnv>()
  routes.get('/metrics', async (context) => {
    refuseOthers(context.req.header('authorization'), isLocal(context), token)
    await figures.set(() => queries.overview(), silentSince)
    return context.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType })
  })
  return { measure, routes }
}

function refuseOthers(authorization: string | undefined, local: boolean, token: string | null): void {
  const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined && token !== null && sameText(given, token)) return
  if (given === undefined && local) return
  const message = token === null ? 'set METRICS_TOKEN to read metrics from elsewhere' : 'send METRICS_TOKEN as Bearer'
  throw new HttpError(401, 'UNAUTHORIZED', message, { 'WWW-Authenticate': 'Bearer' })
}

function requestFigures(registry: Registry): Histogram<'method' | 'route' | 'status'> {
  return new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
}

function databaseFigures(registry: Registry, pollIntervalMs: number) {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] })
  const reachable = gauge('database_up', '1 when the database answered this scrape')
  const overdue = gauge('overdue', '1 when no pass showed a sign of life for twice the expected interval')
  const signOfLife = gauge('last_sign_of_life_timestamp_seconds', 'When a pass last finished or renewed its lease')
  const interval = gauge('expected_interval_seconds', 'How often the platform is expected to start a pass')
  const started = gauge('last_pass_start_timestamp_seconds', 'When the newest pass started')
  const exitCode = gauge('last_pass_exit_code', 'Exit code of the newest pass, once it has ended')
  const schedules = gauge('schedules', 'Schedules by state; failing and due ones are active, too', ['state'])
  const open = gauge('open_runs', 'Runs that wait or run', ['status'])
  const lastDay = gauge('runs_last_day', 'Rows recorded in the last 24 hours', ['status'])
  const failing = gauge('schedule_consecutive_failures', 'Of the 20 longest failing schedules', ['schedule'])
  const failures = new Counter({
    name: `${PREFIX}scrape_failures_total`,
    help: 'Scrapes during which the database could not be read',
    registers: [registry],
  })

  interval.set(pollIntervalMs / 1000)

  // What is not known is not told: a figure of before, or a 0, would keep an alert silent or raise one.
  function forget(): void {
    for (const each of [schedules, open, lastDay, failing]) each.reset()
    for (const each of [overdue, signOfLife, started, exitCode]) each.remove()
  }

  function show(overview: Overview, silentSince: SilentSince): void {
    overdue.set(silentSince(overview) === null ? 0 : 1)
    if (overview.lastSignOfLifeAt !== null) signOfLife.set(overview.lastSignOfLifeAt.getTime() / 1000)
    if (overview.lastPass !== null) started.set(overview.lastPass.startedAt.getTime() / 1000)
    if (overview.lastPass?.exitCode !== undefined) exitCode.set(overview.lastPass.exitCode)
    for (const [state, count] of Object.entries(overview.schedules)) schedules.set({ state }, count)
    for (const [status, count] of Object.entries(overview.open)) open.set({ status: status.toUpperCase() }, count)
    for (const [status, count] of Object.entries(overview.lastDay)) lastDay.set({ status }, count)
    for (const { id, consecutiveFailures } of overview.failing) failing.set({ schedule: id }, consecutiveFailures)
  }

  return {
    /** A database that is away is a figure, not a failed scrape. */
    set: async (read: () => Promise<Overview>, silentSince: SilentSince): Promise<void> => {
      try {
        const overview = await read()
        forget()
        show(overview, silentSince)
        reachable.set(1)
      } catch {
        forget()
        reachable.set(0)
        failures.inc()
      }
    },
  }
}
