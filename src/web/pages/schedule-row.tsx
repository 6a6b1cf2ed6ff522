import type { FC } from 'hono/jsx'
import type { DurationStatistics, PauseOfAll, ScheduleSummary, SlotOutcome } from '../../queries/queries.js'
import { Coming, isPaused } from './coming-slot.js'
import { comingSlots, cronWords } from './coming.js'
import { Figures } from './figures.js'
import { formatIn, printable } from './format.js'
import { Ago, StateBadge, StatusBadge, Time } from './marks.js'
import { schedulePath } from './parts.js'
import { Strip } from './strip.js'

interface RowView {
  schedule: ScheduleSummary
  now: Date
  pause: PauseOfAll | null
  slots: readonly SlotOutcome[]
  figures: DurationStatistics | undefined
}

/** A schedule in the list of them. */
export const ScheduleRow: FC<RowView> = ({ schedule, now, pause, slots, figures }) => (
  <li class="schedule">
    <div class="schedule-name">
      <div class="schedule-head">
        <h2>
          <a href={schedulePath(schedule.id)}>{schedule.id}</a>
        </h2>
        <Badges schedule={schedule} />
      </div>
      <p>{cronWords(schedule.cron) ?? 'cannot be read'}</p>
      <p class="muted">
        <code>{schedule.cron}</code> {schedule.timezone}
      </p>
      {schedule.enabled || schedule.pausedReason === null ? null : (
        <p class="muted">Paused: {printable(schedule.pausedReason)}</p>
      )}
    </div>
    <div class="schedule-past">
      <Strip slots={slots} zone={schedule.timezone} />
      <p class="past">
        <Figures figures={figures} />
        {schedule.lastRunAt === null ? null : (
          <span class="muted nowrap">
            ran <Ago at={schedule.lastRunAt} now={now} />
          </span>
        )}
      </p>
    </div>
    <NextOf schedule={schedule} now={now} pause={pause} />
  </li>
)

/** That it waits for its slot goes without saying where its last one failed. */
const Badges: FC<{ schedule: ScheduleSummary }> = ({ schedule: { state, lastStatus } }) => {
  const hasFailed = lastStatus !== null && lastStatus !== 'COMPLETED'
  return (
    <span class="badges">
      {state === 'waiting' && hasFailed ? null : <StateBadge state={state} />}
      {hasFailed ? <StatusBadge status={lastStatus} /> : null}
    </span>
  )
}

const NextOf: FC<Pick<RowView, 'schedule' | 'now' | 'pause'>> = ({ schedule, now, pause }) => {
  const slots = comingSlots(schedule, now, 3)
  return (
    <div class="schedule-next">
      {slots.length === 0 ? (
        <span class="muted">{withoutSlots(schedule)}</span>
      ) : (
        <ol aria-label="Next slots">
          {slots.map(({ at, note }, index) => (
            <li class={isPaused(at, pause) ? 'muted' : ''}>
              {index === 0 ? (
                <span class="rel">
                  <Coming at={at} now={now} pause={pause} />
                </span>
              ) : null}
              <span>{formatIn(at, schedule.timezone)}</span>{' '}
              <span class="muted viewer">
                <Time at={at} />
              </span>
              {note === null ? null : (
                <span class="dst" title={note}>
                  {' '}
                  clock change
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

function withoutSlots(schedule: ScheduleSummary): string {
  if (schedule.orphaned) return 'No config defines it any more'
  if (!schedule.enabled) {
    const { pausedUntil, timezone } = schedule
    return pausedUntil === null
      ? 'Paused until it is resumed'
      : `Paused until ${formatIn(pausedUntil, timezone)} ${timezone}`
  }
  return 'No slot lies ahead'
}
