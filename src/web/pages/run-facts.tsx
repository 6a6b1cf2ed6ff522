import type { FC } from 'hono/jsx'
import { WHOLE_SLOT, type Run } from '../../domain/run.js'
import { formatDuration } from './format.js'
import { Ago, Reason, StatusBadge, Time } from './marks.js'
import { QueuedFor } from './next-pass.js'
import { passPath } from './parts.js'
import type { RunView } from './run-page.js'
import { Progress } from './run-table.js'
import { TRIGGER_WORDS } from './words.js'

/** What became of a run, in one look. */
export const RunFacts: FC<{ view: RunView }> = ({ view: { run, pass, now, expected } }) => (
  <dl class="facts">
    <dt>Status</dt>
    <dd>
      <StatusBadge status={run.status} /> <Reason reason={run.reason} />
      {run.status === 'PENDING' ? (
        <p>
          <QueuedFor run={run} expected={expected} now={now} />
        </p>
      ) : null}
      {run.cancelRequestedAt === null ? null : (
        <p class="muted">
          asked to stop <Ago at={run.cancelRequestedAt} now={now} />
        </p>
      )}
      {run.status === 'RUNNING' ? <Progress run={run} /> : null}
    </dd>
    {run.durationMs === null ? null : (
      <>
        <dt>Took</dt>
        <dd>{formatDuration(run.durationMs)}</dd>
      </>
    )}
    <dt>Slot</dt>
    <dd>
      {run.scheduledFor === null ? (
        'none, it was asked for'
      ) : run.firstSlot !== null && run.slotCount > 1 ? (
        <>
          <Time at={run.firstSlot} /> to <Time at={run.scheduledFor} />
        </>
      ) : (
        <Time at={run.scheduledFor} />
      )}
    </dd>
    {run.jobName === WHOLE_SLOT ? null : <Course run={run} />}
    {run.passId === null ? null : (
      <>
        <dt>Pass</dt>
        <dd>
          {pass === null ? (
            <>
              {run.passId} <span class="muted">(no longer on record)</span>
            </>
          ) : (
            <a href={passPath(pass)}>{run.passId}</a>
          )}
        </dd>
      </>
    )}
    {run.jobName === WHOLE_SLOT ? null : (
      <>
        <dt>Attempts</dt>
        <dd>
          {run.attempt} of {Math.max(run.attempt, run.maxAttempts)}
          {run.crashes > 0 ? `, ${run.crashes} of them ended with their process` : ''}
        </dd>
      </>
    )}
  </dl>
)

/** When it ran, and for whom: nothing that slots which did not run could tell. */
const Course: FC<{ run: Run }> = ({ run }) => (
  <>
    {run.startedAt === null ? null : (
      <>
        <dt>Started</dt>
        <dd>
          <Time at={run.startedAt} seconds /> {lateness(run)}
        </dd>
      </>
    )}
    {run.finishedAt === null ? null : (
      <>
        <dt>Ended</dt>
        <dd>
          <Time at={run.finishedAt} seconds />
        </dd>
      </>
    )}
    <dt>Asked for by</dt>
    <dd>
      {TRIGGER_WORDS[run.trigger]}
      {run.requestedBy === null ? '' : `, ${run.requestedBy}`}
    </dd>
  </>
)

function lateness({ scheduledFor, startedAt, trigger }: Run): string {
  if (scheduledFor === null || startedAt === null || trigger !== 'CRON') return ''
  return `(${formatDuration(Math.max(0, startedAt.getTime() - scheduledFor.getTime()))} after its slot)`
}
