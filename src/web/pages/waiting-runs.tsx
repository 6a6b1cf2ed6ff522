import type { FC } from 'hono/jsx'
import type { ScheduleView } from './schedule-page.js'
import { Ago, StatusBadge } from './marks.js'
import { Act, isOperator, Section } from './parts.js'
import { QueuedFor } from './next-pass.js'

/** Runs that are under way or wait for a pass, each with the way to take it back. */
export const WaitingRuns: FC<{ view: ScheduleView }> = ({ view: { waiting, expected, session, now } }) => (
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
