import type { FC } from 'hono/jsx'
import type { Backfill } from '../../commands/backfill.js'
import type { Session } from '../session.js'
import { formatIn, plural } from './format.js'
import { Csrf } from './layout.js'
import { Time } from './marks.js'
import { Empty, Notice, schedulePath } from './parts.js'

const SHOWN = 100

export interface BackfillView {
  plan: Backfill
  period: { from: Date; to: Date }
  session: Session
}

/** Which slots a backfill would run, and the button that asks for it. */
export const BackfillPage: FC<BackfillView> = ({ plan, period, session }) => {
  const { schedule, slots, jobs } = plan
  const runs = slots.length * jobs.length
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href="/schedules">Schedules</a> <span aria-hidden="true">/</span>{' '}
        <a href={schedulePath(schedule.id)}>{schedule.id}</a>
      </nav>
      <h1>Backfill</h1>
      <p class="lead">
        <Time at={period.from} /> to <Time at={period.to} />
      </p>
      {period.from < plan.historyFrom ? (
        <Notice tone="late" title="Part of the period is not on record">
          Before <Time at={plan.historyFrom} /> the database cannot know what ran; those slots would run again.
        </Notice>
      ) : null}
      {slots.length === 0 ? (
        <Empty title="There is nothing to run">
          <p>{plural(plan.slotsWithRun, 'slot')} of this period ran already; none is left.</p>
        </Empty>
      ) : (
        <>
          <p>
            <b>{plural(runs, 'run')}</b> for {plural(slots.length, 'slot')} would be asked for, oldest first, one after
            another. {plan.slotsWithRun === 0 ? '' : `${plural(plan.slotsWithRun, 'slot')} of the period ran already.`}
          </p>
          <form method="post" action={schedulePath(schedule.id, '/backfills')}>
            <Csrf session={session} />
            <input type="hidden" name="from" value={period.from.toISOString()} />
            <input type="hidden" name="to" value={period.to.toISOString()} />
            <button class="primary">Ask for {plural(runs, 'run')}</button>{' '}
            <a href={schedulePath(schedule.id)}>Never mind</a>
          </form>
          <h2>
            Slots <span class="muted">({schedule.timezone})</span>
          </h2>
          <ol class="slots-to-run">
            {slots.slice(0, SHOWN).map((slot) => (
              <li>{formatIn(slot, schedule.timezone)}</li>
            ))}
          </ol>
          {slots.length > SHOWN ? <p class="muted">and {plural(slots.length - SHOWN, 'more slot')}</p> : null}
        </>
      )}
    </>
  )
}
