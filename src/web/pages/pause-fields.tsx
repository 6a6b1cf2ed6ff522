import type { FC } from 'hono/jsx'
import { LONGEST_REASON } from '../../commands/pause.js'
import { FieldProblem, fieldState, typedIn, type FieldsByCode, type Refusal } from './refusal.js'

const LENGTHS = [
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['1d', '1 day'],
  ['3d', '3 days'],
  ['7d', '1 week'],
] as const

/** Which field an error of pausing is about. */
export const PAUSE_ERRORS: FieldsByCode = { USAGE: 'until', DURATION_INVALID: 'for' }

/** Why, and until when. */
export const PauseFields: FC<{ refusal: Refusal | null }> = ({ refusal }) => (
  <>
    <label>
      Reason
      <input
        name="reason"
        maxlength={LONGEST_REASON}
        placeholder="What others should know"
        autocomplete="off"
        value={typedIn(refusal, 'reason')}
        {...fieldState(refusal, 'reason')}
      />
    </label>
    <FieldProblem refusal={refusal} field="reason" />
    <label>
      Ends
      <select name="for" {...fieldState(refusal, 'for')}>
        <option value="">when somebody resumes it</option>
        {LENGTHS.map(([value, word]) => (
          <option value={value} selected={typedIn(refusal, 'for') === value}>
            after {word}
          </option>
        ))}
      </select>
    </label>
    <FieldProblem refusal={refusal} field="for" />
    <label>
      or at (UTC)
      <input type="datetime-local" name="until" value={typedIn(refusal, 'until')} {...fieldState(refusal, 'until')} />
    </label>
    <FieldProblem refusal={refusal} field="until" />
  </>
)
