import { Hono } from 'hono'
import { LONGEST_REASON } from '../../commands/pause.js'
import { ScheduleError } from '../../errors.js'
import type { WebDependencies } from '../dependencies.js'
import { actorOf, requireOperator } from '../guards.js'
import type { WebEnv } from '../session.js'
import { flag, instant, invalid, json, name, readParameters, text } from './parameters.js'
import { instantOf } from './read-routes.js'
import { bodyOf, runIdOf, scheduleIdOf } from './request-parts.js'

const PAUSE = { reason: text(LONGEST_REASON), until: instant }

/** What operators may change; the commands audit it. */
export function writeRoutes({ actions }: WebDependencies): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.post('/schedules/:id/requests', requireOperator, async (context) => {
    const options = readParameters(await bodyOf(context), { job: name, params: json })
    const { runs, expectedPass } = await actions.requestRun(
      actorOf(context.get('session')),
      scheduleIdOf(context),
      options,
    )
    return context.json({ runs, expectedPassAt: instantOf(expectedPass) }, 201)
  })

  app.post('/schedules/:id/pause', requireOperator, async (context) => {
    const options = readParameters(await bodyOf(context), PAUSE)
    return context.json(await actions.pause(actorOf(context.get('session')), scheduleIdOf(context), options))
  })

  app.post('/schedules/:id/resume', requireOperator, async (context) => {
    readParameters(await bodyOf(context), {})
    return context.json(await actions.resume(actorOf(context.get('session')), scheduleIdOf(context)))
  })

  app.post('/pause-all', requireOperator, async (context) => {
    const options = readParameters(await bodyOf(context), PAUSE)
    return context.json(await actions.pauseAll(actorOf(context.get('session')), options))
  })

  app.post('/resume-all', requireOperator, async (context) => {
    readParameters(await bodyOf(context), {})
    const { wasPaused, skippedSlots, stillPaused } = await actions.resumeAll(actorOf(context.get('session')))
    return context.json({ wasPaused, skippedSlots, stillPaused: stillPaused.map(({ id }) => id) })
  })

  app.post('/schedules/:id/backfills', requireOperator, async (context) => {
    const {
      from,
      to,
      dryRun = false,
    } = readParameters(await bodyOf(context), { from: instant, to: instant, dryRun: flag })
    if (from === undefined || to === undefined) throw invalid('give the period: from (inclusive) and to (exclusive)')
    if (from >= to) throw invalid('from must lie before to; the slot at `to` is not part of the period')
    const actor = actorOf(context.get('session'))
    const { schedule, ...backfill } = await actions.backfill(actor, scheduleIdOf(context), { from, to, dryRun })
    return context.json({ scheduleId: schedule.id, ...backfill }, dryRun ? 200 : 201)
  })

  app.post('/runs/:id/cancel', requireOperator, async (context) => {
    readParameters(await bodyOf(context), {})
    const { outcome, run } = await actions.cancel(actorOf(context.get('session')), runIdOf(context))
    if (outcome !== 'ended') return context.json({ outcome, runId: run.id })
    throw new ScheduleError('CONFLICT', `run '${run.id}' has ended: ${run.status}`)
  })
  return app
}
