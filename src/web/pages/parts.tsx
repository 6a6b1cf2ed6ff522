import type { FC, PropsWithChildren } from 'hono/jsx'
import type { ExpectedPass } from '../../commands/expect-pass.js'
import type { DurationStatistics, RunSummary } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { formatDuration } from './format.js'
import { Csrf } from './layout.js'
import { Ago, Mark, Reason, StatusBadge, Time } from './marks.js'
import type { Tone } from './words.js'
import { TRIGGER_WORDS } from './words.js'

/** What an empty list means and what to do about it. */
export const Empty: FC<PropsWithChildren<{ title: string }>> = ({ title, children }) => (
  <div class="empty">
    <h3>{title}</h3>
    {children}
  </div>
)

export const Notice: FC<PropsWithChildren<{ tone: Tone; title: string; role?: 'status' | 'alert' }>> = (props) => (
  <div class={`notice tone-${props.tone}`} role={props.role ?? 'status'}>
    <Mark tone={props.tone} />
    <div>
      <strong>{props.title}</strong>
      <div>{props.children}</div>
    </div>
  </div>
)

/** A part of a page that is brought up to date while the page is open. */
export const Section: FC<PropsWithChildren<{ id: string; title: string; aside?: unknown }>> = (props) => (
  <section id={props.id} aria-labelledby={`${props.id}-title`} data-part>
    <div class="section-head">
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.aside}
    </div>
    {props.children}
  </section>
)

/** A wide table scrolls by itself, with the keyboard too. */
export const Scroll: FC<PropsWithChildren<{ label: string }>> = ({ label, children }) => (
  <div class="scroll" tabindex={0} role="region" aria-label={label}>
    {children}
  </div>
)

export const NextPass: FC<{ expected: ExpectedPass; now: Date }> = ({ expected, now }) =>
  expected.kind === 'expected' ? (
    <>
      <Time at={expected.at} clock />{' '}
      <span class="muted">
        (<Ago at={expected.at} now={now} />)
      </span>
    </>
  ) : (
    <>unknown</>
  )

/** When a run that waits is likely to start. */
export const QueuedFor: FC<{ run: RunSummary; expected: ExpectedPass; now: Date }> = ({ run, expected, now }) => {
  if (run.availableAt !== null && run.availableAt > now) {
    return (
      <>
        waits until <Time at={run.availableAt} />
      </>
    )
  }
  if (run.passId !== null) return <>held by pass {run.passId}, starts soon</>
  if (expected.kind === 'unknown') return <>queued for the next pass; none has been seen lately, so nobody knows when</>
  return (
    <>
      queued for the pass at about <Time at={expected.at} clock />
    </>
  )
}

/** A button that changes something, as a form of its own. */
export const Act: FC<PropsWithChildren<{ session: Session; action: string; label?: string; kind?: string }>> = (
  props,
) => (
  <form class="act" method="post" action={props.action}>
    <Csrf session={props.session} />
    <button class={props.kind ?? 'secondary'} aria-label={props.label}>
      {props.children}
    </button>
  </form>
)

export function isOperator(session: Session | null): session is Session {
  return session?.role === 'operator'
}

export const Figures: FC<{ figures: DurationStatistics | undefined }> = ({ figures }) =>
  figures === undefined ? (
    <span class="muted">no completed run yet</span>
  ) : (
    <span class="figures">
      <span title="Half of the newest 100 completed runs took no longer">
        <abbr>p50</abbr> {formatDuration(figures.p50Ms)}
      </span>
      <span title="95 of the newest 100 completed runs took no longer">
        <abbr>p95</abbr> {formatDuration(figures.p95Ms)}
      </span>
    </span>
  )

/** Completed, and a fifth slower than most. */
export function isSlow(
  run: Pick<RunSummary, 'durationMs' | 'status'>,
  figures: DurationStatistics | undefined,
): boolean {
  if (figures === undefined || figures.count < 10 || run.durationMs === null || run.status !== 'COMPLETED') return false
  return run.durationMs > Math.max(1.2 * figures.p95Ms, figures.p95Ms + 1000)
}

export const Progress: FC<{ run: Pick<RunSummary, 'progress' | 'jobName'> }> = ({ run }) =>
  run.progress === null ? null : (
    <span class="progress">
      <progress value={run.progress.fraction} max={1} aria-label={`Progress of ${run.jobName}`}></progress>
      <span>
        {Math.round(run.progress.fraction * 100)} %{run.progress.note === null ? '' : ` · ${run.progress.note}`}
      </span>
    </span>
  )

/** Runs, newest first. */
export const RunTable: FC<{ runs: readonly RunSummary[]; now: Date; label: string; withSchedule?: boolean }> = (
  props,
) => (
  <Scroll label={props.label}>
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Status</th>
          {props.withSchedule === true ? <th scope="col">Schedule</th> : null}
          <th scope="col">Job</th>
          <th scope="col">Slot</th>
          <th scope="col">Started</th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {props.runs.map((run) => (
          <RunRow run={run} now={props.now} withSchedule={props.withSchedule === true} />
        ))}
      </tbody>
    </table>
  </Scroll>
)

const RunRow: FC<{ run: RunSummary; now: Date; withSchedule: boolean }> = ({ run, now, withSchedule }) => (
  <tr>
    <td>
      <a class="row-link" href={`/runs/${run.id}`}>
        <StatusBadge status={run.status} />
      </a>
      {run.attempt > 1 ? <span class="muted nowrap"> attempt {run.attempt}</span> : null}
    </td>
    {withSchedule ? (
      <td class="name">
        <a href={schedulePath(run.scheduleId)}>{run.scheduleId}</a>
      </td>
    ) : null}
    <td class="name">
      {run.jobName === '*' ? <Slots count={run.slotCount} /> : run.jobName}
      {run.error === null ? (
        <div class="detail">
          <Reason reason={run.reason} />
        </div>
      ) : (
        <div class="detail error-line">{run.error.split('\n')[0]}</div>
      )}
    </td>
    <td class="nowrap">
      {run.scheduledFor === null ? (
        <span class="muted">{TRIGGER_WORDS[run.trigger]}</span>
      ) : (
        <Time at={run.scheduledFor} />
      )}
      {run.trigger === 'BACKFILL' ? <div class="muted">Backfill</div> : null}
    </td>
    <td class="nowrap">
      {run.startedAt === null ? <span class="muted">–</span> : <Ago at={run.startedAt} now={now} />}
    </td>
    <td class="number nowrap">{run.durationMs === null ? <Progress run={run} /> : formatDuration(run.durationMs)}</td>
  </tr>
)

const Slots: FC<{ count: number }> = ({ count }) => (
  <span class="muted">{count === 1 ? 'whole slot' : `${count} slots`}</span>
)

export function schedulePath(id: string, rest = ''): string {
  return `/schedules/${encodeURIComponent(id)}${rest}`
}
