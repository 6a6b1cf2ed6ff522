import type { FC } from 'hono/jsx'
import type { AuditEvent } from '../../queries/queries.js'
import { Ago } from './marks.js'
import { Section } from './parts.js'

const ACTIONS: Record<string, string> = {
  request: 'asked for a run',
  cancel: 'cancelled a run',
  pause: 'paused',
  resume: 'resumed',
  'pause-all': 'paused everything',
  'resume-all': 'resumed everything',
  backfill: 'asked for a backfill',
}

/** Who changed what. */
export const Audit: FC<{ events: readonly AuditEvent[]; now: Date }> = ({ events, now }) =>
  events.length === 0 ? null : (
    <Section id="audit" title="Changes by people">
      <ul class="audit">
        {events.map((event) => (
          <li>
            <b>{event.actor}</b> {ACTIONS[event.action] ?? event.action} <Ago at={event.at} now={now} />
            <Detail event={event} />
          </li>
        ))}
      </ul>
    </Section>
  )

const Detail: FC<{ event: AuditEvent }> = ({ event: { detail } }) => {
  if (detail === null || typeof detail !== 'object' || Array.isArray(detail)) return null
  const shown = Object.entries(detail).filter(([, value]) => value !== null)
  if (shown.length === 0) return null
  return (
    <span class="muted detail">
      {shown
        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' · ')}
    </span>
  )
}
