import type { FC } from 'hono/jsx'
import type { Overview, RunSummary } from '../../queries/queries.js'
import { firstLine } from './format.js'
import { Ago, Badge, StatusBadge } from './marks.js'
import { schedulePath, Section } from './parts.js'
import { Progress } from './run-table.js'

export const Failing: FC<{ overview: Overview }> = ({ overview: { failing, schedules, now } }) => (
  <Section id="failing" title="Failing schedules">
    {schedules.total === 0 ? (
      <p class="calm muted">There is no schedule yet, so none fails.</p>
    ) : failing.length === 0 ? (
      <p class="calm">
        <Badge tone="good">All clear</Badge> The newest slot of every schedule that ran succeeded.
      </p>
    ) : (
      <ul class="list">
        {failing.map((schedule) => (
          <li>
            <div class="list-head">
              <a class="name" href={schedulePath(schedule.id)}>
                {schedule.id}
              </a>
              {schedule.lastStatus === null ? null : <StatusBadge status={schedule.lastStatus} />}
            </div>
            <div class="detail">
              {schedule.consecutiveFailures > 1 ? `${schedule.consecutiveFailures} times in a row, last ` : 'Last run '}
              {schedule.lastRunAt === null ? 'unknown' : <Ago at={schedule.lastRunAt} now={now} />}
            </div>
            {schedule.lastError === null ? null : <div class="error-line">{firstLine(schedule.lastError)}</div>}
          </li>
        ))}
      </ul>
    )}
  </Section>
)

export const Running: FC<{ overview: Overview }> = ({ overview: { running, now } }) => (
  <Section id="running" title="Running now">
    {running.length === 0 ? (
      <p class="calm muted">Nothing is running. Between passes that is how it should be.</p>
    ) : (
      <ul class="list">
        {running.map((run) => (
          <li>
            <div class="list-head">
              <a class="name" href={`/runs/${run.id}`}>
                {run.jobName}
              </a>
              <StatusBadge status="RUNNING" />
            </div>
            <div class="detail">
              {run.scheduleId}
              {run.startedAt === null ? null : (
                <>
                  , started <Ago at={run.startedAt} now={now} />
                </>
              )}
              {run.passId === null ? null : ` by pass ${run.passId}`}
            </div>
            <Progress run={run} />
          </li>
        ))}
      </ul>
    )}
  </Section>
)

/** The newest of them, each with what it said; the whole list is a page of its own. */
export const Failures: FC<{ runs: readonly RunSummary[]; now: Date }> = ({ runs, now }) =>
  runs.length === 0 ? null : (
    <Section
      id="failures"
      title="Newest failures"
      aside={<a href="/runs?status=FAILED,TIMED_OUT,ABANDONED">All failures</a>}
    >
      <ul class="list">
        {runs.map((run) => (
          <li>
            <div class="list-head">
              <a class="name" href={`/runs/${run.id}`}>
                {run.jobName}
              </a>
              <StatusBadge status={run.status} />
            </div>
            <div class="detail name">
              <a href={schedulePath(run.scheduleId)}>{run.scheduleId}</a>
              {run.startedAt === null ? null : (
                <>
                  , started <Ago at={run.startedAt} now={now} />
                </>
              )}
              {run.attempt > 1 ? `, ${run.attempt} attempts` : ''}
            </div>
            {run.error === null ? null : <div class="error-line">{firstLine(run.error)}</div>}
          </li>
        ))}
      </ul>
    </Section>
  )
