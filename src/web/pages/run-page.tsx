import type { FC } from 'hono/jsx'
import type { ExpectedPass } from '../../commands/expect-pass.js'
import type { JsonValue } from '../../domain/json.js'
import type { PassRow } from '../../domain/pass.js'
import { WHOLE_SLOT, type Run } from '../../domain/run.js'
import type { AuditEvent } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { Audit } from './audit.js'
import { AttemptTimeline, Attempts } from './attempts.js'
import { printable } from './format.js'
import { Act, isOperator, Notice, schedulePath, Section } from './parts.js'
import { RunFacts } from './run-facts.js'

export interface RunView {
  session: Session | null
  run: Run
  /** That holds or held it; null where there is none, or it is pruned. */
  pass: PassRow | null
  expected: ExpectedPass
  events: readonly AuditEvent[]
  now: Date
  done: string | null
}

const DONE: Record<string, string> = {
  requested: 'The request is noted. The next pass runs it; until then it can be taken back.',
  cancelled: 'The run is taken back.',
  stopping: 'The run was asked to stop. It shows as cancelled once it has.',
  ended: 'The run had ended before it could be cancelled; nothing changed.',
}

const OPEN = ['PENDING', 'QUEUED', 'RUNNING']

export const RunPage: FC<RunView> = (view) => {
  const { run, now } = view
  const done = view.done === null ? undefined : DONE[view.done]
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href="/runs">Runs</a> <span aria-hidden="true">/</span>{' '}
        <a href={schedulePath(run.scheduleId)}>{run.scheduleId}</a>
      </nav>
      <div class="page-head">
        <div>
          <h1 class="name">{run.jobName === WHOLE_SLOT ? titleOfSlots(run) : run.jobName}</h1>
          <p class="lead muted">
            <code>{run.id}</code>
          </p>
        </div>
        <RunActions view={view} />
      </div>
      {done === undefined ? null : (
        <Notice tone="good" title="Done">
          {done}
        </Notice>
      )}
      <div id="outcome" data-part>
        <RunFacts view={view} />
      </div>
      <div id="parts" data-part>
        <Texts run={run} />
        <Attempts run={run} />
        <AttemptTimeline run={run} now={now} />
      </div>
      <Audit events={view.events} now={now} />
    </>
  )
}

const RunActions: FC<{ view: RunView }> = ({ view: { run, session } }) => {
  if (!isOperator(session) || run.jobName === WHOLE_SLOT) return null
  const isOpen = OPEN.includes(run.status)
  return (
    <div class="actions" id="actions" data-part>
      {isOpen && run.cancelRequestedAt === null ? (
        <Act session={session} action={`/runs/${run.id}/cancel`} kind="secondary">
          {run.status === 'RUNNING' ? 'Ask it to stop' : 'Cancel'}
        </Act>
      ) : null}
      {isOpen ? null : (
        <Act session={session} action={`/runs/${run.id}/requests`} kind="primary">
          Run again
        </Act>
      )}
    </div>
  )
}

const Texts: FC<{ run: Run }> = ({ run }) => (
  <>
    {run.error === null ? null : <Text id="error" title="Error" text={run.error} isBad />}
    {run.log === null || run.log === '' ? null : <Text id="log" title="Log" text={run.log} />}
    {run.output === null ? null : <Text id="output" title="Output" text={pretty(run.output)} />}
    {run.params === null ? null : <Text id="params" title="Parameters" text={pretty(run.params)} />}
  </>
)

const Text: FC<{ id: string; title: string; text: string; isBad?: boolean }> = ({ id, title, text, isBad }) => (
  <Section id={id} title={title}>
    <pre class={isBad === true ? 'text bad' : 'text'} tabindex={0} role="region" aria-label={title}>
      {printable(text)}
    </pre>
  </Section>
)

function titleOfSlots({ slotCount }: Run): string {
  return slotCount === 1 ? 'A slot that did not run' : `${slotCount} slots that did not run`
}

function pretty(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
