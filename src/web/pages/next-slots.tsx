import type { FC } from 'hono/jsx'
import type { ScheduleView } from './schedule-page.js'
import { cadenceOf, comingSlots } from './coming.js'
import { formatIn, sentence } from './format.js'
import { Ago, Time } from './marks.js'
import { Section } from './parts.js'
import { ShiftNotes } from './shift-notes.js'

/** When a schedule runs next, in its zone and the viewer's. */
export const NextSlots: FC<{ view: ScheduleView }> = ({ view: { schedule, now, pollIntervalMs } }) => {
  const slots = comingSlots(schedule, now, 5)
  const advice = cadenceOf(schedule, pollIntervalMs)
  return (
    <Section id="next" title="Next slots">
      {slots.length === 0 ? (
        <p class="calm muted">
          None while it is {schedule.enabled && !schedule.orphaned ? 'at its end' : 'not running'}.
        </p>
      ) : (
        <ol class="next-slots">
          {slots.map(({ at, note }) => (
            <li>
              <span>{formatIn(at, schedule.timezone)}</span>
              <span class="muted viewer">
                <Time at={at} />
              </span>
              <span class="muted">
                <Ago at={at} now={now} />
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
