import type { Context } from 'hono'
import type { JsonValue } from '../../domain/json.js'
import { parseDuration } from '../../durations.js'
import { LONGEST_REASON } from '../../commands/pause.js'
import { ScheduleError } from '../../errors.js'
import type { PauseOptions } from '../actions.js'
import { formFields } from '../form-fields.js'

const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(?:Z|)$/

/** The text of a field; empty where there is none. */
export type Form = (name: string) => string

/** What one field of a form holds cannot be. */
export class FieldError extends ScheduleError {
  readonly field: string

  constructor(field: string, message: string, fix: string) {
    super('USAGE', message, { fix })
    this.field = field
  }
}

/** The text fields of a form that was posted; files and repeated fields are as if they were not there. */
export async function readForm(context: Context): Promise<Form> {
  const body = await formFields(context)
  return (name) => {
    const value = body[name]
    return typeof value === 'string' ? value.trim() : ''
  }
}

/** What an `<input type="datetime-local">` holds, as UTC; null when it is empty. Throws USAGE. */
export function parseLocalTime(text: string, field: string): Date | null {
  if (text === '') return null
  const [, day, time] = LOCAL_TIME.exec(text) ?? []
  const at = new Date(`${day ?? ''}T${time ?? ''}Z`)
  // 31 February is read as a day of March by some parsers: it must come out as it went in.
  if (day === undefined || Number.isNaN(at.getTime()) || !at.toISOString().startsWith(day)) {
    const message = `'${text.slice(0, 50)}' in the field ${field} is not a time`
    throw new FieldError(field, message, 'write it as 2026-11-23T14:00, in UTC')
  }
  return at
}

/** When a pause ends: after a while, at an instant, or null when somebody resumes it. Throws USAGE. */
export function parsePauseEnd(form: Form, now: Date): Date | null {
  const until = parseLocalTime(form('until'), 'until')
  if (until !== null || form('for') === '') return until
  return new Date(now.getTime() + parseDuration(form('for')))
}

/** The terms of a pause. Throws USAGE. */
export function pauseTermsOf(form: Form, now: Date): PauseOptions {
  const [reason, until] = [form('reason'), parsePauseEnd(form, now)]
  if (reason.length > LONGEST_REASON) {
    throw new FieldError('reason', `it has ${reason.length} characters, ${LONGEST_REASON} are kept`, 'shorten it')
  }
  return { ...(reason === '' ? {} : { reason }), ...(until === null ? {} : { until }) }
}

/** Undefined when the field is empty. Throws USAGE. */
export function parseParams(text: string): JsonValue | undefined {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    const message = `the parameters are not JSON: ${error instanceof Error ? error.message : ''}`
    throw new FieldError('params', message, 'write them like {"tenant": "acme"}')
  }
}
