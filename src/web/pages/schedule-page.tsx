import type { FC } from 'hono/jsx'
import type { ExpectedPass } from '../../commands/expect-pass.js'
import type {
  AuditEvent,
  DurationStatistics,
  PauseOfAll,
  RunSummary,
  ScheduleSummary,
  SlotOutcome,
} from '../../queries/queries.js'
import type { Session } from '../session.js'
import { Audit } from './audit.js'
import { cronWords } from './coming.js'
import { printable } from './format.js'
import { StateBadge } from './marks.js'
import { NextSlots } from './next-slots.js'
import { isOperator, Notice } from './parts.js'
import { PauseOfAllNotice } from './pause-of-all.js'
import type { Refusal } from './refusal.js'
import { ScheduleActions } from './schedule-actions.js'
import { History, Slots } from './schedule-history.js'
import { Standing } from './schedule-standing.js'
import { Terms } from './terms.js'
import { WaitingRuns } from './waiting-runs.js'

export interface ScheduleView {
  session: Session | null
  schedule: ScheduleSummary
  /** Of the schedule as the database knows them; empty when they cannot be told. */
  jobs: readonly string[]
  runs: readonly RunSummary[]
  waiting: readonly RunSummary[]
  slots: readonly SlotOutcome[]
  figures: DurationStatistics | undefined
  events: readonly AuditEvent[]
  expected: ExpectedPass
  pollIntervalMs: number
  now: Date
  /** Of everything. */
  pause: PauseOfAll | null
  /** What the form that led here did. */
  done: string | null
  /** Of the form that was not accepted. */
  refusal: Refusal | null
}

const DONE: Record<string, string> = {
  requested: 'The request is noted. The next pass runs it; until then it can be taken back below.',
  paused: 'Paused. Slots that pass meanwhile are recorded as skipped.',
  resumed: 'Resumed. What was skipped meanwhile does not run.',
  backfilled: 'The backfill is noted. Passes run its slots oldest first, one after another.',
}

export const SchedulePage: FC<ScheduleView> = (view) => {
  const { schedule, session, now } = view
  const done = view.done === null ? undefined : DONE[view.done]
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href="/schedules">Schedules</a>
      </nav>
      <div class="page-head">
        <div>
          <h1 class="name">{schedule.id}</h1>
          <p class="lead">
            {cronWords(schedule.cron) ?? 'A cron expression that cannot be read'} · <code>{schedule.cron}</code> ·{' '}
            {schedule.timezone}
          </p>
          {schedule.description === null ? null : <p class="muted name">{printable(schedule.description)}</p>}
        </div>
        <div id="state" data-part>
          <StateBadge state={schedule.state} />
        </div>
      </div>
      {done === undefined ? null : (
        <Notice tone="good" title="Done">
          {done}
        </Notice>
      )}
      <div id="standing" data-part>
        <PauseOfAllNotice pause={view.pause} now={now} session={session} />
        <Standing schedule={schedule} now={now} />
      </div>
      {isOperator(session) ? (
        <ScheduleActions
          schedule={schedule}
          jobs={view.jobs}
          session={session}
          refusal={view.refusal}
          isAllPaused={view.pause !== null}
        />
      ) : null}
      <WaitingRuns view={view} />
      <Slots view={view} />
      <div class="columns">
        <div>
          <History view={view} />
          <Audit events={view.events} now={now} />
        </div>
        <div>
          <NextSlots view={view} />
          <Terms schedule={schedule} jobs={view.jobs} />
        </div>
      </div>
    </>
  )
}
