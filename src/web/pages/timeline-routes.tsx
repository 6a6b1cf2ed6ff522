import { Hono } from 'hono'
import type { WebDependencies } from '../dependencies.js'
import type { WebEnv } from '../session.js'
import { show } from './shown.js'
import { TimelinePage } from './timeline-page.js'

const HOUR_MS = 3_600_000
const MOST_RUNS = 1000
const MOST_PASSES = 300

export function timelineRoutes(dependencies: WebDependencies): Hono<WebEnv> {
  const { queries } = dependencies
  const routes = new Hono<WebEnv>()
  routes.get('/timeline', async (c) => {
    const now = await queries.now()
    const to = new Date(Math.floor(now.getTime() / HOUR_MS + 1) * HOUR_MS)
    const from = new Date(to.getTime() - 24 * HOUR_MS)
    const [runs, passes] = await Promise.all([
      queries.timeline({ from, to, limit: MOST_RUNS }),
      queries.listPasses({ limit: MOST_PASSES }),
    ])
    return show(
      c,
      dependencies,
      { title: 'Timeline', section: 'Timeline', live: true },
      <TimelinePage
        from={from}
        to={to}
        now={now}
        runs={runs}
        passes={passes.passes.filter((pass) => (pass.finishedAt ?? now) > from)}
        isCut={runs.length === MOST_RUNS}
      />,
    )
  })
  return routes
}
