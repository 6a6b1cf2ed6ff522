import type { FC } from 'hono/jsx'
import type { PauseOfAll } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { printable } from './format.js'
import { Ago, Time } from './marks.js'
import { Act, isOperator, Notice } from './parts.js'

interface PauseOfAllView {
  pause: PauseOfAll | null
  now: Date
  session: Session | null
  /** Who paused; null where nobody knows any more. */
  by?: string | null
}

/** Says that everything is paused, to operators with the way out. */
export const PauseOfAllNotice: FC<PauseOfAllView> = ({ pause, now, session, by = null }) =>
  pause === null ? null : (
    <Notice tone="late" title="Everything is paused">
      {pause.reason === null ? null : <p>{printable(pause.reason)}</p>}
      <p>
        {pause.at === null ? (
          'Paused'
        ) : (
          <>
            Since <Time at={pause.at} />
          </>
        )}
        {by === null ? '' : ` by ${by}`}
        {pause.until === null ? (
          ', until somebody resumes it.'
        ) : (
          <>
            , until <Time at={pause.until} /> (<Ago at={pause.until} now={now} />
            ).
          </>
        )}{' '}
        No schedule runs; requests do.
      </p>
      {isOperator(session) ? (
        <Act session={session} action="/resume-all" kind="primary">
          Resume everything
        </Act>
      ) : null}
    </Notice>
  )
