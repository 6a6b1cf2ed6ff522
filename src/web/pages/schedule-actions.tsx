import type { FC } from 'hono/jsx'
import type { ScheduleSummary } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { Csrf } from './layout.js'
import { Act, schedulePath } from './parts.js'

interface ActionsView {
  schedule: ScheduleSummary
  jobs: readonly string[]
  session: Session
}

export const PAUSE_LENGTHS = [
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['1d', '1 day'],
  ['3d', '3 days'],
  ['7d', '1 week'],
] as const

/** What an operator can do with a schedule. */
export const ScheduleActions: FC<ActionsView> = ({ schedule, jobs, session }) => (
  <div class="actions" role="group" aria-label="Actions">
    {schedule.orphaned ? null : <RunNow schedule={schedule} jobs={jobs} session={session} />}
    {schedule.enabled ? (
      <Pause schedule={schedule} jobs={jobs} session={session} />
    ) : (
      <Resume id={schedule.id} session={session} />
    )}
    {schedule.orphaned ? null : <BackfillForm id={schedule.id} />}
  </div>
)

const RunNow: FC<ActionsView> = ({ schedule, jobs, session }) => (
  <details class="action" name="action">
    <summary class="button primary">Run now</summary>
    <form method="post" action={schedulePath(schedule.id, '/requests')}>
      <Csrf session={session} />
      <p>Leaves a request that the next pass runs, whatever pauses say. It uses up no slot.</p>
      <label>
        Job
        <select name="job">
          <option value="">{jobs.length === 1 ? jobs[0] : `all ${jobs.length} jobs, in order`}</option>
          {jobs.length < 2 ? null : jobs.map((job) => <option value={job}>{job}</option>)}
        </select>
      </label>
      <label>
        Parameters (JSON)
        <textarea name="params" rows={3} spellcheck={false} placeholder={JSON.stringify(schedule.params)}></textarea>
      </label>
      <p class="hint">Empty: those of the schedule.</p>
      <button class="primary">Queue it for the next pass</button>
    </form>
  </details>
)

const Pause: FC<ActionsView> = ({ schedule, session }) => (
  <details class="action" name="action">
    <summary class="button secondary">Pause…</summary>
    <form method="post" action={schedulePath(schedule.id, '/pause')}>
      <Csrf session={session} />
      <label>
        Reason
        <input name="reason" maxlength={1000} placeholder="What others should know" autocomplete="off" />
      </label>
      <label>
        Ends
        <select name="for">
          <option value="">when somebody resumes it</option>
          {PAUSE_LENGTHS.map(([value, word]) => (
            <option value={value}>after {word}</option>
          ))}
        </select>
      </label>
      <label>
        or at (UTC)
        <input type="datetime-local" name="until" />
      </label>
      <button class="primary">Pause</button>
    </form>
  </details>
)

const Resume: FC<{ id: string; session: Session }> = ({ id, session }) => (
  <Act session={session} action={schedulePath(id, '/resume')} kind="primary">
    Resume
  </Act>
)

// The preview changes nothing, so it is a plain GET; the page it leads to has the button that asks for the runs.
const BackfillForm: FC<{ id: string }> = ({ id }) => (
  <details class="action" name="action">
    <summary class="button secondary">Backfill…</summary>
    <form method="get" action={schedulePath(id, '/backfill')}>
      <p>Runs past slots that have no run, oldest first. You see which before anything happens.</p>
      <label>
        From (UTC)
        <input type="datetime-local" name="from" required />
      </label>
      <label>
        To (UTC, not included)
        <input type="datetime-local" name="to" required />
      </label>
      <button class="primary">Preview</button>
    </form>
  </details>
)
