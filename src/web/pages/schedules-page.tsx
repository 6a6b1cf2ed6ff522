import type { FC } from 'hono/jsx'
import type { DurationStatistics, ScheduleQuery, SchedulePage, SlotOutcome } from '../../queries/queries.js'
import type { Session } from '../session.js'
import { plural } from './format.js'
import { FilterProblems } from './filters.js'
import { Empty } from './parts.js'
import { PauseOfAllNotice } from './pause-of-all.js'
import { ScheduleRow } from './schedule-row.js'
import { StripLegend } from './strip.js'

export interface SchedulesView {
  query: { search: string; filter: ScheduleQuery['filter'] | null; order: 'id' | 'next'; page: number }
  /** What of the query could not be read. */
  problems: readonly string[]
  list: SchedulePage
  slots: ReadonlyMap<string, SlotOutcome[]>
  figures: ReadonlyMap<string, DurationStatistics>
  session: Session | null
}

export const SCHEDULES_PER_PAGE = 20
export const SCHEDULE_FILTERS = ['active', 'failing', 'due', 'paused', 'orphaned'] as const
const FILTER_WORDS = { active: 'Active', failing: 'Failing', due: 'Due', paused: 'Paused', orphaned: 'Orphaned' }

export const SchedulesPage: FC<SchedulesView> = (view) => {
  const { list, query, session } = view
  return (
    <>
      <div class="page-head">
        <h1>Schedules</h1>
        <Search query={query} />
      </div>
      <div id="schedules-pause" data-part>
        <PauseOfAllNotice pause={list.globalPause} now={list.now} session={session} />
      </div>
      <nav class="tabs" aria-label="Filter">
        <a href={address(query, { filter: null, page: 1 })} aria-current={query.filter === null ? 'true' : undefined}>
          All
        </a>
        {SCHEDULE_FILTERS.map((filter) => (
          <a href={address(query, { filter, page: 1 })} aria-current={query.filter === filter ? 'true' : undefined}>
            {FILTER_WORDS[filter]}
          </a>
        ))}
      </nav>
      <FilterProblems problems={view.problems} />
      <div id="schedules" data-part>
        <p class="muted result">{resultOf(view)}</p>
        {list.schedules.length === 0 ? (
          <NoSchedules query={query} total={list.total} />
        ) : (
          <>
            <ul class="schedules">
              {list.schedules.map((schedule) => (
                <ScheduleRow
                  schedule={schedule}
                  now={list.now}
                  pause={list.globalPause}
                  slots={view.slots.get(schedule.id) ?? []}
                  figures={view.figures.get(schedule.id)}
                />
              ))}
            </ul>
            <StripLegend />
          </>
        )}
        <Pages query={query} total={list.total} />
      </div>
    </>
  )
}

const Search: FC<{ query: SchedulesView['query'] }> = ({ query }) => (
  <form class="search" role="search" method="get" action="/schedules">
    {query.filter === null ? null : <input type="hidden" name="filter" value={query.filter} />}
    <label>
      <span class="hidden">Part of an id</span>
      <input type="search" name="search" value={query.search} placeholder="Part of an id" maxlength={128} />
    </label>
    <label>
      <span class="hidden">Order</span>
      <select name="order">
        <option value="id" selected={query.order === 'id'}>
          By id
        </option>
        <option value="next" selected={query.order === 'next'}>
          Soonest first
        </option>
      </select>
    </label>
    <button class="secondary">Show</button>
  </form>
)

const NoSchedules: FC<{ query: SchedulesView['query']; total: number }> = ({ query, total }) =>
  total > 0 ? (
    <Empty title={`There is no page ${query.page}`}>
      <p>
        <a href={address(query, { page: lastPage(total) })}>Show the last page</a>
      </p>
    </Empty>
  ) : query.search !== '' || query.filter !== null ? (
    <Empty title="No schedule matches">
      <p>
        <a href="/schedules">Show all schedules</a>
      </p>
    </Empty>
  ) : (
    <Empty title="No schedule yet">
      <p>
        Write one in <code>schedules.config.ts</code>, then make a pass; the pass brings it here:
      </p>
      <pre>
        {"{ id: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Berlin', jobs: ['backup'] }\n\nnpx run-due-schedules"}
      </pre>
    </Empty>
  )

const Pages: FC<{ query: SchedulesView['query']; total: number }> = ({ query, total }) => {
  const last = lastPage(total)
  if (last === 1 || query.page > last) return null
  return (
    <nav class="pages" aria-label="Pages of schedules">
      {query.page > 1 ? <a href={address(query, { page: query.page - 1 })}>Previous</a> : null}
      <span>
        Page {query.page} of {last}
      </span>
      {query.page < last ? <a href={address(query, { page: query.page + 1 })}>Next</a> : null}
    </nav>
  )
}

function resultOf({ list, query }: SchedulesView): string {
  const all = plural(list.total, 'schedule')
  if (list.total <= SCHEDULES_PER_PAGE || list.schedules.length === 0) return all
  const first = (query.page - 1) * SCHEDULES_PER_PAGE + 1
  return `${all}, ${first} to ${first + list.schedules.length - 1} shown`
}

function lastPage(total: number): number {
  return Math.max(1, Math.ceil(total / SCHEDULES_PER_PAGE))
}

function address(query: SchedulesView['query'], change: Partial<SchedulesView['query']>): string {
  const { search, filter, order, page } = { ...query, ...change }
  const params = new URLSearchParams()
  if (search !== '') params.set('search', search)
  if (filter !== null && filter !== undefined) params.set('filter', filter)
  if (order !== 'id') params.set('order', order)
  if (page > 1) params.set('page', String(page))
  return params.size === 0 ? '/schedules' : `/schedules?${params.toString()}`
}
