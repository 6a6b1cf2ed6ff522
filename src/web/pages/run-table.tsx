import type { FC } from 'hono/jsx'
import type { DurationStatistics, RunSummary } from '../../queries/queries.js'
import { firstLine, formatDuration, printable } from './format.js'
import { Ago, Reason, StatusBadge, Time } from './marks.js'
import { schedulePath, Scroll } from './parts.js'
import { TRIGGER_WORDS } from './words.js'

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
        {Math.round(run.progress.fraction * 100)} %
        {run.progress.note === null ? '' : ` · ${printable(run.progress.note)}`}
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
        <div class="detail error-line">{firstLine(run.error)}</div>
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
