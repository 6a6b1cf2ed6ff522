import type { FC } from 'hono/jsx'
import { RUN_STATUSES, type RunStatus } from '../../domain/run.js'
import type { RunPage } from '../../queries/queries.js'
import { FilterProblems } from './filters.js'
import { Empty } from './parts.js'
import { RunTable } from './run-table.js'
import { STATUS_WORDS } from './words.js'

export interface RunFilters {
  schedule: string
  job: string
  statuses: readonly RunStatus[]
  /** As they were typed: `2026-11-23T14:00`, UTC. */
  from: string
  to: string
  cursor: string
}

export interface RunsView {
  filters: RunFilters
  page: RunPage
  now: Date
  /** What of the filters could not be read. */
  problems: readonly string[]
}

const QUICK: readonly [string, readonly RunStatus[]][] = [
  ['All', []],
  ['Failed', ['FAILED', 'TIMED_OUT', 'ABANDONED']],
  ['Open', ['RUNNING', 'QUEUED', 'PENDING']],
  ['Completed', ['COMPLETED']],
  ['Did not run', ['SKIPPED', 'MISSED', 'CANCELLED']],
]

export const RunsPage: FC<RunsView> = ({ filters, page, now, problems }) => (
  <>
    <h1>Runs</h1>
    <nav class="tabs" aria-label="Outcome">
      {QUICK.map(([name, statuses]) => (
        <a
          href={runsPath({ ...filters, statuses, cursor: '' })}
          aria-current={isSame(filters.statuses, statuses) ? 'true' : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
    <FilterForm filters={filters} />
    <FilterProblems problems={problems} />
    <div id="runs" data-part>
      {page.runs.length === 0 ? (
        <NoRuns filters={filters} />
      ) : (
        <RunTable runs={page.runs} now={now} label="Runs, newest first" withSchedule />
      )}
      <nav class="pages" aria-label="Pages of runs">
        {filters.cursor === '' ? null : <a href={runsPath({ ...filters, cursor: '' })}>Newest</a>}
        {page.nextCursor === null ? null : (
          <a rel="next" href={runsPath({ ...filters, cursor: page.nextCursor })}>
            Older
          </a>
        )}
      </nav>
    </div>
  </>
)

const FilterForm: FC<{ filters: RunFilters }> = ({ filters }) => (
  <form class="filters" method="get" action="/runs" role="search" aria-label="Filter runs">
    <label>
      Schedule
      <input name="schedule" value={filters.schedule} maxlength={128} autocomplete="off" spellcheck={false} />
    </label>
    <label>
      Job
      <input name="job" value={filters.job} maxlength={128} autocomplete="off" spellcheck={false} />
    </label>
    <label>
      Status
      <select name="status">
        <option value="">any</option>
        {filters.statuses.length > 1 ? (
          <option value={filters.statuses.join(',')} selected>
            {filters.statuses.map((status) => STATUS_WORDS[status].toLowerCase()).join(', ')}
          </option>
        ) : null}
        {RUN_STATUSES.map((status) => (
          <option value={status} selected={isSame(filters.statuses, [status])}>
            {STATUS_WORDS[status]}
          </option>
        ))}
      </select>
    </label>
    <label>
      From (UTC)
      <input type="datetime-local" name="from" value={filters.from} />
    </label>
    <label>
      To (UTC)
      <input type="datetime-local" name="to" value={filters.to} />
    </label>
    <div class="filter-buttons">
      <button class="primary">Filter</button>
      {isAll(filters) ? null : <a href="/runs">Clear</a>}
    </div>
  </form>
)

const NoRuns: FC<{ filters: RunFilters }> = ({ filters }) =>
  filters.cursor !== '' ? (
    <Empty title="There are no older runs">
      <p>
        <a href={runsPath({ ...filters, cursor: '' })}>Show the newest</a>
      </p>
    </Empty>
  ) : isAll(filters) ? (
    <Empty title="Nothing has run yet">
      <p>
        A run is one job for one slot. The first pass that finds something due leaves its runs here; so does{' '}
        <code>npx run-due-schedules run ID</code>.
      </p>
    </Empty>
  ) : (
    <Empty title="No run matches">
      <p>
        Schedule and job are compared as a whole, and the time is when a run was recorded.{' '}
        <a href="/runs">Show all runs</a>
      </p>
    </Empty>
  )

/** The address of the runs that match. */
export function runsPath({ schedule, job, statuses, from, to, cursor }: RunFilters): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ schedule, job, status: statuses.join(','), from, to, cursor })) {
    if (value !== '') params.set(name, value)
  }
  return params.size === 0 ? '/runs' : `/runs?${params.toString()}`
}

function isAll({ schedule, job, statuses, from, to }: RunFilters): boolean {
  return [schedule, job, from, to].every((text) => text === '') && statuses.length === 0
}

function isSame(one: readonly RunStatus[], other: readonly RunStatus[]): boolean {
  return one.length === other.length && other.every((status) => one.includes(status))
}
