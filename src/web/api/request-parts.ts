import type { Context } from 'hono'
import { ScheduleError } from '../../errors.js'
import { HttpError } from '../http-error.js'
import type { WebEnv } from '../session.js'
import { invalid, isName, isRunId } from './parameters.js'

/** The query: text, or a list where a parameter is repeated. */
export function queryOf(context: Context<WebEnv>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(context.req.queries()).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? '') : values,
    ]),
  )
}

/** The JSON object in the body; an empty body is an empty object. What is in the address is refused: nobody reads it. */
export async function bodyOf(context: Context<WebEnv>): Promise<Record<string, unknown>> {
  const [unread] = Object.keys(queryOf(context))
  if (unread !== undefined) throw invalid(`'${unread.slice(0, 60)}' belongs in the body, as JSON, not in the address`)
  const text = await context.req.text()
  if (text.trim() === '') return {}
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? ''))
    throw new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', 'send the body as `Content-Type: application/json`')
  const body = parse(text)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  throw invalid('the body must be a JSON object')
}

/** The `:id` of a schedule. One that no schedule can have is not looked for. */
export function scheduleIdOf(context: Context<WebEnv>): string {
  const id = context.req.param('id') ?? ''
  if (isName(id)) return id
  throw new ScheduleError('SCHEDULE_NOT_FOUND', 'no schedule has such an id', { fix: 'list them: GET /api/schedules' })
}

/** The `:id` of a run. */
export function runIdOf(context: Context<WebEnv>): string {
  const id = context.req.param('id')?.toLowerCase() ?? ''
  if (isRunId(id)) return id
  throw new ScheduleError('RUN_NOT_FOUND', 'no run has such an id', { fix: 'list them: GET /api/runs' })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('the body is not JSON')
  }
}
