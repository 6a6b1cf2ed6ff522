import type { FC } from 'hono/jsx'
import type { ScheduleSummary } from '../../queries/queries.js'
import type { ScheduleView } from './schedule-page.js'
import { Coming, isPaused } from './coming-slot.js'
import { cadenceOf, comingSlots } from './coming.js'
import { formatIn, sentence } from './format.js'
import { Time } from './marks.js'
import { Section } from './parts.js'
import { ShiftNotes } from './shift-notes.js'

/** When a schedule runs next, in its zone and the viewer's. */
export const NextSlots: FC<{ view: ScheduleView }> = ({ view: { schedule, now, pause, pollIntervalMs } }) => {
  const slots = comingSlots(schedule, now, 5)
  const advice = cadenceOf(schedule, pollIntervalMs)
  return (
    <Section id="next" title="Next slots" aside={<span class="muted">{schedule.timezone}</span>}>
      {slots.length === 0 ? (
        <p class="calm muted">{whyNone(schedule)}</p>
      ) : (
        <ol class="next-slots">
          {slots.map(({ at, note }) => (
            <li class={isPaused(at, pause) ? 'muted' : ''}>
              <span>{formatIn(at, schedule.timezone)}</span>
              <span class="muted viewer">
                <Time at={at} />
              </span>
              <span class="muted">
                <Coming at={at} now={now} pause={pause} />
              </span>
              {note === null ? null : <span class="dst">{note}</span>}
            </li>
          ))}
        </ol>
      )}
      {advice === null ? null : <p class="advice">{sentence(advice)}</p>}
      <ShiftNotes schedule={schedule} now={now} />
    </Section>
  )
}

function whyNone({ orphaned, enabled }: ScheduleSummary): string {
  if (orphaned) return 'None: no config defines it any more.'
  return enabled ? 'None: it has come to its end.' : 'None while it is paused.'
}
