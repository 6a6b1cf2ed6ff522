import type { FC } from 'hono/jsx'
import type { ScheduleSummary } from '../../queries/queries.js'
import { formatDuration } from './format.js'
import { Time } from './marks.js'
import { Section } from './parts.js'

/** What a schedule is defined to do. */
export const Terms: FC<{ schedule: ScheduleSummary; jobs: readonly string[] }> = ({ schedule, jobs }) => (
  <Section id="terms" title="Definition">
    <dl class="terms">
      <dt>Jobs</dt>
      <dd>
        {jobs.length === 0 ? 'none that a config has' : jobs.map((job) => <code class="chip">{job}</code>)}
        <span class="muted"> {modeOf(schedule)}</span>
      </dd>
      <dt>Catch-up</dt>
      <dd>{catchUpOf(schedule)}</dd>
      <dt>Overlap</dt>
      <dd>{OVERLAP[schedule.overlap]}</dd>
      {schedule.params === null ? null : (
        <>
          <dt>Parameters</dt>
          <dd>
            <code>{JSON.stringify(schedule.params)}</code>
          </dd>
        </>
      )}
      {termsOf(schedule).map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
      <dt>Defined by</dt>
      <dd>
        {schedule.source === 'CODE' ? `the config '${schedule.configName ?? ''}'` : 'an application, in the database'}
      </dd>
      <dt>History since</dt>
      <dd>
        <Time at={schedule.historyFrom} />
      </dd>
    </dl>
  </Section>
)

const OVERLAP = {
  wait: 'waits for the previous slot',
  skip: 'skipped while the previous slot runs',
  allow: 'runs beside the previous slot',
  replace: 'stops the previous slot',
}

function catchUpOf({ catchUp, catchUpWindowMs, catchUpLimit }: ScheduleSummary): string {
  const what = {
    latest: 'the newest missed slot runs',
    all: `every missed slot runs, at most ${catchUpLimit}`,
    skip: 'missed slots do not run',
  }[catchUp]
  return catchUpWindowMs === null ? what : `${what}, if not older than ${formatDuration(catchUpWindowMs)}`
}

function modeOf({ executionMode, jobGroup }: ScheduleSummary): string {
  if (executionMode === 'ALL_JOBS') return '(all jobs of its config)'
  return executionMode === 'JOB_GROUP' ? `(group ${jobGroup ?? ''})` : ''
}

/** Only what differs from the rule. */
function termsOf(schedule: ScheduleSummary): [string, string][] {
  const terms: [string, string][] = []
  if (schedule.priority !== 0) terms.push(['Priority', String(schedule.priority)])
  if (schedule.jitterMs > 0) terms.push(['Jitter', `starts up to ${formatDuration(schedule.jitterMs)} later`])
  if (schedule.jobConcurrency > 1) terms.push(['At once', `${schedule.jobConcurrency} jobs of a slot`])
  if (schedule.environments !== null) terms.push(['Environments', schedule.environments.join(', ')])
  if (schedule.pauseAfterFailures !== null)
    terms.push(['Pauses after', `${schedule.pauseAfterFailures} failures in a row`])
  return terms
}
