import type { FC } from 'hono/jsx'
import type { ShiftedSlots } from '../../calendar/shifts.js'
import type { ScheduleSummary } from '../../queries/queries.js'
import { shiftsOf } from './coming.js'
import { formatIn, plural } from './format.js'

/** What the clock changes of the next year do to a schedule; nothing where they do nothing. */
export const ShiftNotes: FC<{ schedule: ScheduleSummary; now: Date }> = ({ schedule, now }) => {
  const { shifted, doubled, dropped } = shiftsOf(schedule, now)
  const notes = [
    ...shifted.map((slots) => ({ slots, text: `${named(slots)} skipped by the clock change; runs right after it.` })),
    ...doubled.map((slots) => ({ slots, text: `${named(slots)} there twice and run both times.` })),
    ...dropped.map((slots) => ({ slots, text: `${named(slots)} skipped by the clock change; does not run.` })),
  ].sort((a, b) => a.slots.changeAt.getTime() - b.slots.changeAt.getTime())
  if (notes.length === 0) return null
  return (
    <div class="shifts">
      <h3>Clock changes of the next year</h3>
      <ul>
        {notes.map(({ slots, text }) => (
          <li>
            <b>{formatIn(slots.changeAt, schedule.timezone)}</b> {text}
          </li>
        ))}
      </ul>
    </div>
  )
}

function named({ count, first, last }: ShiftedSlots): string {
  return count === 1
    ? `${first.slice(11)} is`
    : `${plural(count, 'slot')} from ${first.slice(11)} to ${last.slice(11)} are`
}
