import { Hono } from 'hono'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { OverviewPage } from './overview-page.js'
import { show } from './shown.js'

const COMING = 8
const PASSES = 36
const FAILURES = 5

export function overviewRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, settings } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/', async (c) => {
    const [overview, passes, coming, failures] = await Promise.all([
      queries.overview(),
      queries.listPasses({ kind: 'PASS', limit: PASSES }),
      queries.listSchedules({ filter: 'active', order: 'next', limit: COMING }),
      queries.listRuns({ statuses: ['FAILED', 'TIMED_OUT', 'ABANDONED'], limit: FAILURES }),
    ])
    return show(
      c,
      dependencies,
      { title: 'Overview', section: 'Overview', live: true },
      <OverviewPage
        overview={overview}
        passes={passes.passes}
        coming={coming.schedules.filter((schedule) => schedule.nextRunAt !== null)}
        failures={failures.runs}
        pollIntervalMs={settings.pollIntervalMs}
      />,
    )
  })
  return routes
}
