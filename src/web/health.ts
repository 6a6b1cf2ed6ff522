import { Hono } from 'hono'
import { ScheduleError } from '../errors.js'
import type { WebDependencies } from './dependencies.js'
import type { WebEnv } from './session.js'

/** What load balancers and monitors ask, without a session: so they learn nothing but whether all is well. */
export function healthRoutes({ queries, silentSince }: WebDependencies): Hono<WebEnv> {
  async function schedulerHealth() {
    const life = await queries.signsOfLife()
    const { now, lastSignOfLifeAt } = life
    const overdueSince = silentSince(life)
    const status = overdueSince !== null ? 'overdue' : lastSignOfLifeAt === null ? 'waiting' : 'ok'
    return { status, now, lastSignOfLifeAt, overdueSince } as const
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
