import type { FC } from 'hono/jsx'
import type { Backfill } from '../../commands/backfill.js'
import type { Session } from '../session.js'
import { formatIn, plural } from './format.js'
import { Csrf } from './layout.js'
import { Empty, Notice, schedulePath } from './parts.js'

const SHOWN = 100

export interface BackfillView {
  plan: Backfill
  period: { from: Date; to: Date }
  now: Date
  session: Session
}

/** Which slots a backfill would run, and the button that asks for it. */
export const BackfillPage: FC<BackfillView> = ({ plan, period, now, session }) => {
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
        {formatIn(period.from, schedule.timezone)} to {formatIn(period.to, schedule.timezone)}, {schedule.timezone}
      </p>
      {period.from < plan.historyFrom ? (
        <Notice tone="late" title="Part of the period is not on record">
          Before {formatIn(plan.historyFrom, schedule.timezone)} the database cannot know what ran; those slots would
          run again.
        </Notice>
      ) : null}
      {slots.length === 0 ? (
        <Empty title="There is nothing to run">
          <p>
            {whyNothing(plan, period, now)} <a href={schedulePath(schedule.id)}>Back to the schedule</a>
          </p>
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
          <h2>Slots</h2>
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

function whyNothing({ slotsWithRun }: Backfill, { from }: BackfillView['period'], now: Date): string {
  if (from > now) return 'The period lies ahead: its slots will run by themselves.'
  if (slotsWithRun === 0) return 'The schedule had no slot in this period.'
  return slotsWithRun === 1
    ? 'Its only slot has a run already.'
    : `All its ${plural(slotsWithRun, 'slot')} have a run already.`
}
