import type { FC } from 'hono/jsx'
import type { ScheduleSummary } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { Csrf } from './layout.js'
import { Act, schedulePath } from './parts.js'
import { PauseFields } from './pause-fields.js'
import { FieldProblem, fieldState, refusalOf, typedIn, type Refusal } from './refusal.js'

interface ActionsView {
  schedule: ScheduleSummary
  jobs: readonly string[]
  session: Session
  /** Of one of these forms. */
  refusal: Refusal | null
  isAllPaused: boolean
}

/** What an operator can do with a schedule. */
export const ScheduleActions: FC<ActionsView> = ({ schedule, jobs, session, refusal, isAllPaused }) => (
  <div class="actions" role="group" aria-label="Actions">
    {schedule.orphaned && refusal?.form !== 'requests' ? null : (
      <RunNow
        schedule={schedule}
        jobs={jobs}
        session={session}
        refusal={refusalOf(refusal, 'requests')}
        isAllPaused={isAllPaused}
      />
    )}
    {schedule.enabled || refusal?.form === 'pause' ? (
      <Pause id={schedule.id} session={session} refusal={refusalOf(refusal, 'pause')} isAllPaused={isAllPaused} />
    ) : (
      <Resume id={schedule.id} session={session} isAllPaused={isAllPaused} />
    )}
    {schedule.orphaned && refusal?.form !== 'backfill' ? null : (
      <BackfillForm id={schedule.id} refusal={refusalOf(refusal, 'backfill')} />
    )}
  </div>
)

const RunNow: FC<ActionsView> = ({ schedule, jobs, session, refusal, isAllPaused }) => (
  <details class="action" name="action" open={refusal !== null}>
    <summary class={schedule.enabled && !isAllPaused ? 'button primary' : 'button secondary'}>Run now</summary>
    <form method="post" action={schedulePath(schedule.id, '/requests')}>
      <Csrf session={session} />
      <p>Leaves a request that the next pass runs, whatever pauses say. It uses up no slot.</p>
      <label>
        Job
        <select name="job" {...fieldState(refusal, 'job')}>
          <option value="">{jobs.length === 1 ? jobs[0] : `all ${jobs.length} jobs, in order`}</option>
          {jobs.length < 2
            ? null
            : jobs.map((job) => (
                <option value={job} selected={typedIn(refusal, 'job') === job}>
                  {job}
                </option>
              ))}
        </select>
      </label>
      <FieldProblem refusal={refusal} field="job" />
      <label>
        Parameters (JSON)
        <textarea
          name="params"
          rows={3}
          spellcheck={false}
          placeholder={JSON.stringify(schedule.params ?? { name: 'value' })}
          {...fieldState(refusal, 'params')}
        >
          {typedIn(refusal, 'params')}
        </textarea>
      </label>
      <FieldProblem refusal={refusal} field="params" />
      <p class="hint">{schedule.params === null ? 'Empty: none.' : 'Empty: those of the schedule.'}</p>
      <button class="primary">Queue it for the next pass</button>
    </form>
  </details>
)

const Pause: FC<Pick<ActionsView, 'session' | 'refusal' | 'isAllPaused'> & { id: string }> = (props) => {
  const { id, session, refusal, isAllPaused } = props
  return (
    <details class="action" name="action" open={refusal !== null}>
      <summary class="button secondary">{isAllPaused ? 'Pause it by itself…' : 'Pause…'}</summary>
      <form method="post" action={schedulePath(id, '/pause')}>
        <Csrf session={session} />
        {isAllPaused ? <p>It stays paused when everything is resumed.</p> : null}
        <PauseFields refusal={refusal} />
        <button class="primary">Pause</button>
      </form>
    </details>
  )
}

const Resume: FC<Pick<ActionsView, 'session' | 'isAllPaused'> & { id: string }> = ({ id, session, isAllPaused }) => (
  <Act session={session} action={schedulePath(id, '/resume')} kind={isAllPaused ? 'secondary' : 'primary'}>
    Resume
  </Act>
)

// The preview changes nothing, so it is a plain GET; the page it leads to has the button that asks for the runs.
const BackfillForm: FC<{ id: string; refusal: Refusal | null }> = ({ id, refusal }) => (
  <details class="action" name="action" open={refusal !== null}>
    <summary class="button secondary">Backfill…</summary>
    <form method="get" action={schedulePath(id, '/backfill')}>
      <p>Runs past slots that have no run, oldest first. You see which before anything happens.</p>
      <label>
        From (UTC)
        <input
          type="datetime-local"
          name="from"
          required
          value={localTime(typedIn(refusal, 'from'))}
          {...fieldState(refusal, 'from')}
        />
      </label>
      <FieldProblem refusal={refusal} field="from" />
      <label>
        To (UTC, not included)
        <input
          type="datetime-local"
          name="to"
          required
          value={localTime(typedIn(refusal, 'to'))}
          {...fieldState(refusal, 'to')}
        />
      </label>
      <FieldProblem refusal={refusal} field="to" />
      <button class="primary">Preview</button>
    </form>
  </details>
)

/** The button of the preview sends instants with their zone, which the field does not take. */
function localTime(text: string): string {
  return text.replace(/(:00\.000)?Z$/, '')
}
