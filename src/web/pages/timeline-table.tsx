import type { FC } from 'hono/jsx'
import type { TimelineRun } from '../../queries/queries.js'
import { formatDuration } from './format.js'
import { StatusBadge, Time } from './marks.js'
import { Scroll } from './parts.js'
import type { TimelineView } from './timeline-page.js'

const ROWS = 200

/** The same for those who cannot see bars. */
export const TimelineTable: FC<{ view: TimelineView }> = ({ view: { runs } }) => (
  <details class="as-table" data-keep="table">
    <summary>As a table</summary>
    <Scroll label="Runs of the last 24 hours">
      <table>
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Schedule</th>
            <th scope="col">Job</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, ROWS).map((run) => (
            <tr>
              <td class="nowrap">{run.startedAt === null ? '' : <Time at={run.startedAt} seconds />}</td>
              <td class="name">{run.scheduleId}</td>
              <td class="name">
                <a href={`/runs/${run.id}`}>{run.jobName}</a>
              </td>
              <td>
                <StatusBadge status={run.status} />
              </td>
              <td class="number nowrap">{took(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  </details>
)

export function took({ startedAt, finishedAt }: TimelineRun): string {
  return startedAt === null || finishedAt === null ? '' : formatDuration(finishedAt.getTime() - startedAt.getTime())
}
