import type { FC } from 'hono/jsx'
import type { ScheduleSummary } from '../../queries/queries.js'
import { printable } from './format.js'
import { Ago, Time } from './marks.js'
import { Notice } from './parts.js'

/** What keeps a schedule from running, or its runs from succeeding. */
export const Standing: FC<{ schedule: ScheduleSummary; now: Date }> = ({ schedule, now }) => (
  <>
    {schedule.enabled ? null : (
      <Notice tone="late" title="Paused">
        {schedule.pausedReason === null ? '' : `${printable(schedule.pausedReason)}. `}
        {schedule.pausedUntil === null ? (
          'Until it is resumed.'
        ) : (
          <>
            Until <Time at={schedule.pausedUntil} /> (<Ago at={schedule.pausedUntil} now={now} />
            ).
          </>
        )}
      </Notice>
    )}
    {schedule.orphaned ? (
      <Notice tone="late" title="Orphaned">
        No config defines this schedule any more. Its history is kept; it does not run.
      </Notice>
    ) : null}
    {schedule.lastError === null || schedule.consecutiveFailures === 0 ? null : (
      <Notice tone="bad" title={failing(schedule)}>
        <span class="error-line">{printable(schedule.lastError)}</span>
      </Notice>
    )}
  </>
)

function failing({ consecutiveFailures }: ScheduleSummary): string {
  return consecutiveFailures === 1 ? 'The newest slot failed' : `Failed ${consecutiveFailures} times in a row`
}
