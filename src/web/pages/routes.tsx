import { Hono } from 'hono'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { backfillRoutes } from './backfill-routes.js'
import { passRoutes } from './pass-routes.js'
import { overviewRoutes } from './overview-routes.js'
import { pauseAllRoutes } from './pause-all-routes.js'
import { runRoutes } from './run-routes.js'
import { scheduleRoutes } from './schedule-routes.js'
import { timelineRoutes } from './timeline-routes.js'

/** The dashboard: pages for people, and the forms on them. */
export function pageRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  for (const routesOf of [
    overviewRoutes,
    pauseAllRoutes,
    scheduleRoutes,
    backfillRoutes,
    runRoutes,
    passRoutes,
    timelineRoutes,
  ]) {
    routes.route('/', routesOf(dependencies))
  }
  return routes
}
