import type { FC } from 'hono/jsx'
import type { ExpectedPass } from '../../commands/expect-pass.js'
import type { AuditEvent, DurationStatistics, RunSummary, ScheduleSummary, SlotOutcome } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { Audit } from './audit.js'
import { cadenceOf, comingSlots, cronWords } from './coming.js'
import { formatDuration, formatIn, plural, sentence } from './format.js'
import { Ago, StateBadge, StatusBadge, Time } from './marks.js'
import { Act, Empty, isOperator, isSlow, Notice, QueuedFor, RunTable, Section } from './parts.js'
import type { Refusal } from './refusal.js'
import { ScheduleActions } from './schedule-actions.js'
import { ShiftNotes } from './shift-notes.js'
import { Strip, StripLegend } from './strip.js'
import { Terms } from './terms.js'

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
          {schedule.description === null ? null : <p class="muted">{schedule.description}</p>}
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
        <Standing schedule={schedule} now={now} />
      </div>
      {isOperator(session) ? (
        <ScheduleActions schedule={schedule} jobs={view.jobs} session={session} refusal={view.refusal} />
      ) : null}
      <Waiting view={view} />
      <Slots view={view} />
      <div class="columns">
        <div>
          <History view={view} />
          <Audit events={view.events} now={now} />
        </div>
        <div>
          <Coming view={view} />
          <Terms schedule={schedule} jobs={view.jobs} />
        </div>
      </div>
    </>
  )
}

const Standing: FC<{ schedule: ScheduleSummary; now: Date }> = ({ schedule, now }) => (
  <>
    {schedule.enabled ? null : (
      <Notice tone="late" title="Paused">
        {schedule.pausedReason === null ? '' : `${schedule.pausedReason}. `}
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
        <span class="error-line">{schedule.lastError}</span>
      </Notice>
    )}
  </>
)

const Waiting: FC<{ view: ScheduleView }> = ({ view: { waiting, expected, session, now } }) => (
  <div id="waiting" data-part>
    {waiting.length === 0 ? null : (
      <Section id="open" title="Running and waiting">
        <ul class="list">
          {waiting.map((run) => (
            <li class="row">
              <div>
                <div class="list-head">
                  <a class="name" href={`/runs/${run.id}`}>
                    {run.jobName}
                  </a>
                  <StatusBadge status={run.status} />
                </div>
                <div class="detail">
                  {run.status === 'PENDING' ? (
                    <QueuedFor run={run} expected={expected} now={now} />
                  ) : run.startedAt === null ? null : (
                    <>
                      started <Ago at={run.startedAt} now={now} />
                    </>
                  )}
                  {run.requestedBy === null ? '' : ` · asked for by ${run.requestedBy}`}
                </div>
              </div>
              {isOperator(session) && run.cancelRequestedAt === null ? (
                <Act session={session} action={`/runs/${run.id}/cancel`} label={`Cancel ${run.jobName}`}>
                  Cancel
                </Act>
              ) : null}
            </li>
          ))}
        </ul>
      </Section>
    )}
  </div>
)

const Slots: FC<{ view: ScheduleView }> = ({ view: { slots, schedule, figures } }) => (
  <Section id="slots" title="The last 60 slots">
    {slots.length === 0 ? (
      <Empty title="No slot has come due yet">
        <p>Every slot appears here: those that ran as tall as they took, those that did not with the reason why.</p>
      </Empty>
    ) : (
      <>
        <div class="wide-strip">
          <Strip slots={slots} zone={schedule.timezone} />
        </div>
        <StripLegend />
      </>
    )}
    {figures === undefined ? null : (
      <dl class="numbers">
        <Number name="Median (p50)" value={formatDuration(figures.p50Ms)} />
        <Number name="p95" value={formatDuration(figures.p95Ms)} />
        <Number name="Average" value={formatDuration(figures.averageMs)} />
        <Number name="Longest" value={formatDuration(figures.maxMs)} />
        <Number name="Newest" value={formatDuration(figures.lastMs)} />
        <Number name="Based on" value={plural(figures.count, 'run')} />
      </dl>
    )}
  </Section>
)

const Number: FC<{ name: string; value: string }> = ({ name, value }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

const Coming: FC<{ view: ScheduleView }> = ({ view: { schedule, now, pollIntervalMs } }) => {
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

const History: FC<{ view: ScheduleView }> = ({ view: { runs, schedule, now, figures } }) => {
  const slow = runs.filter((run) => isSlow(run, figures)).length
  return (
    <Section
      id="history"
      title="History"
      aside={<a href={`/runs?schedule=${encodeURIComponent(schedule.id)}`}>All runs</a>}
    >
      {slow === 0 ? null : <p class="advice">{slow} of these took over a fifth longer than 95 of 100.</p>}
      {runs.length === 0 ? (
        <Empty title="It has not run yet">
          <p>
            The first pass after its next slot runs it. To try it now:{' '}
            <code>npx run-due-schedules run {schedule.id}</code>
          </p>
        </Empty>
      ) : (
        <RunTable runs={runs} now={now} label="Newest runs" />
      )}
    </Section>
  )
}

function failing({ consecutiveFailures }: ScheduleSummary): string {
  return consecutiveFailures === 1 ? 'The newest slot failed' : `Failed ${consecutiveFailures} times in a row`
}
