import type { FC } from 'hono/jsx'
import type { AuditEvent } from '../../queries/queries.js'
import { AuditDetail } from './audit-detail.js'
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
  upsert: 'defined it',
  remove: 'removed it',
}

/** Who changed what. */
export const Audit: FC<{ events: readonly AuditEvent[]; now: Date }> = ({ events, now }) =>
  events.length === 0 ? null : (
    <Section id="audit" title="Changes by people">
      <ul class="audit">
        {events.map((event) => (
          <li>
            <b>{event.actor}</b> {ACTIONS[event.action] ?? event.action} <Ago at={event.at} now={now} />
            <AuditDetail detail={event.detail} />
          </li>
        ))}
      </ul>
    </Section>
  )
