import type { FC } from 'hono/jsx'
import type { Overview } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { plural } from './format.js'
import { Csrf } from './layout.js'
import { PauseFields } from './pause-fields.js'
import { FieldProblem, fieldState, typedIn, type Refusal } from './refusal.js'

export interface PauseAllView {
  counts: Overview['schedules']
  session: Session
  refusal: Refusal | null
}

/** Asks why, until when, and whether everything is meant. */
export const PauseAllPage: FC<PauseAllView> = ({ counts, session, refusal }) => (
  <>
    <nav class="crumbs" aria-label="Where you are">
      <a href="/">Overview</a>
    </nav>
    <h1>Pause everything</h1>
    <p class="lead">
      No schedule runs until the pause ends: {plural(counts.active, 'active schedule')} now, and every schedule to come.
    </p>
    <p class="muted">
      Slots that pass meanwhile are recorded as skipped and do not run later. Runs that are under way go on; requests
      and backfills still run.
    </p>
    <form class="form" method="post" action="/pause-all">
      <Csrf session={session} />
      <PauseFields refusal={refusal} />
      <label class="check">
        <input
          type="checkbox"
          name="confirmed"
          value="yes"
          required
          checked={typedIn(refusal, 'confirmed') === 'yes'}
          {...fieldState(refusal, 'confirmed')}
        />
        Yes, all of them
      </label>
      <FieldProblem refusal={refusal} field="confirmed" />
      <p>
        <button class="primary">Pause everything</button> <a href="/">Never mind</a>
      </p>
    </form>
  </>
)
