import type { FC } from 'hono/jsx'
import type { DurationStatistics } from '../../queries/queries.js'
import { formatDuration } from './format.js'

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
