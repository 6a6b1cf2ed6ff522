import type { Context } from 'hono'
import type { FC } from 'hono/jsx'
import { messageOf, ScheduleError } from '../../errors.js'
import { refuseUnknown, type Read, type Reader, type Readers } from '../api/parameters.js'
import { queryOf } from '../api/request-parts.js'
import { HttpError } from '../http-error.js'
import type { WebEnv } from '../session.js'
import { parseLocalTime } from './form.js'
import { sentence } from './format.js'
import { Notice } from './parts.js'

export interface Filters<R extends Readers> {
  /** Those that could be read; a field that was left empty is none. */
  filters: Read<R>
  /** What could not. */
  problems: string[]
}

/** The filters in the address of a list. Unlike the API a page is shown without what it cannot read, and says so. */
export function readFilters<R extends Readers>(context: Context<WebEnv>, readers: R): Filters<R> {
  const given = queryOf(context)
  const filters: Record<string, unknown> = {}
  const problems = [...complaintOf(() => refuseUnknown(given, readers))]
  for (const [name, reader] of Object.entries(readers)) {
    const value = given[name]
    if (value === undefined || value === '') continue
    problems.push(...complaintOf(() => (filters[name] = reader(name, value))))
  }
  return { filters: filters as Read<R>, problems }
}

/** What an `<input type="datetime-local">` holds, in UTC. */
export const localTime: Reader<Date | null> = (name, value) => parseLocalTime(String(value), name)

export const FilterProblems: FC<{ problems: readonly string[] }> = ({ problems }) =>
  problems.length === 0 ? null : (
    <Notice tone="bad" role="alert" title="That filter cannot be read">
      {problems.map((problem) => (
        <p>{sentence(problem)} It is left out.</p>
      ))}
    </Notice>
  )

function complaintOf(read: () => unknown): string[] {
  try {
    read()
    return []
  } catch (error) {
    if (!(error instanceof HttpError || error instanceof ScheduleError)) throw error
    const fix = error instanceof ScheduleError && error.fix !== null ? `; ${error.fix}` : ''
    return [`${messageOf(error)}${fix}`]
  }
}
