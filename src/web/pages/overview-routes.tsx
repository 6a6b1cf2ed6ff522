import { Hono } from 'hono'
import type { Queries } from '../../queries/queries.js'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { OverviewPage } from './overview-page.js'
import { show } from './shown.js'

const COMING = 8
const PASSES = 36
const FAILURES = 5

export function overviewRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries, settings, silentSince } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/', async (c) => {
    const [overview, passes, coming, failures] = await Promise.all([
      queries.overview(),
      queries.listPasses({ kind: 'PASS', limit: PASSES }),
      queries.listSchedules({ filter: 'active', order: 'next', limit: COMING }),
      queries.listRuns({ statuses: ['FAILED', 'TIMED_OUT', 'ABANDONED'], limit: FAILURES }),
    ])
    const pausedBy = overview.globalPause === null ? null : await readPausedBy(queries)
    return show(
      c,
      dependencies,
      { title: 'Overview', section: 'Overview', live: true },
      <OverviewPage
        overview={overview}
        passes={passes.passes}
        coming={coming.schedules.filter((schedule) => schedule.nextRunAt !== null)}
        failures={failures.runs}
        silentSince={silentSince(overview)}
        pollIntervalMs={settings.pollIntervalMs}
        session={c.get('session')}
        pausedBy={pausedBy}
        done={c.req.query('done') ?? null}
      />,
    )
  })
  return routes
}

/** From the audit: the setting itself does not hold it. */
async function readPausedBy(queries: Queries): Promise<string | null> {
  const { events } = await queries.listAuditEvents({ scheduleId: null, action: 'pause-all', limit: 1 })
  return events[0]?.actor ?? null
}
