import { Hono } from 'hono'
import { ScheduleError } from '../errors.js'
import { overdueSince } from '../queries/overdue.js'
import type { WebDependencies } from './dependencies.js'
import type { WebEnv } from './session.js'

/** What load balancers and monitors ask, without a session: so they learn nothing but whether all is well. */
export function healthRoutes({ queries, settings, clock }: WebDependencies): Hono<WebEnv> {
  const startedAtMs = clock.monotonicMs()

  async function schedulerHealth() {
    const life = await queries.signsOfLife()
    const lastSignOfLifeAt = life.lastSignOfLifeAt
    const silentSince = overdueSince(life, settings.pollIntervalMs)
    // Before the first pass nothing is overdue, until the platform had time enough for one.
    const neverCame = lastSignOfLifeAt === null && clock.monotonicMs() - startedAtMs > 2 * settings.pollIntervalMs
    const status = silentSince !== null || neverCame ? 'overdue' : lastSignOfLifeAt === null ? 'waiting' : 'ok'
    return { status, now: life.now, lastSignOfLifeAt, overdueSince: silentSince } as const
  }

  const app = new Hono<WebEnv>()
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/health/scheduler', async (context) => {
    try {
      const health = await schedulerHealth()
      return context.json(health, health.status === 'overdue' ? 503 : 200)
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error
      return context.json({ status: 'unknown', error: { code: error.code } }, 503)
    }
  })
  return app
}
