import type { FC } from 'hono/jsx'
import type { ScheduleView } from './schedule-page.js'
import { formatDuration, plural } from './format.js'
import { Empty, Section } from './parts.js'
import { isSlow, RunTable } from './run-table.js'
import { Strip, StripLegend } from './strip.js'

/** The newest slots at a glance, and what they took. */
export const Slots: FC<{ view: ScheduleView }> = ({ view: { slots, schedule, figures } }) => (
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

/** The newest runs. */
export const History: FC<{ view: ScheduleView }> = ({ view: { runs, schedule, now, figures } }) => {
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
