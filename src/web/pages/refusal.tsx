import type { FC } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ScheduleError, type ErrorCode } from '../../errors.js'
import { failureOf } from '../failure.js'
import { FieldError, type Form } from './form.js'
import { sentence } from './format.js'

/** A form that was not accepted: it is shown again with what was typed, and with what is wrong beside its field. */
export interface Refusal {
  /** Which form of its page. */
  form: string
  typed: Form
  /** Where it is wrong. */
  field: string
  message: string
  fix: string | null
  status: ContentfulStatusCode
}

/** The fields that errors of commands are about; what is not named here is not the form's fault and thrown on. */
export type FieldsByCode = Partial<Record<ErrorCode, string>>

export type Submitted<T> = { refusal: null; done: T } | { refusal: Refusal }

/** Does what a form asks for. */
export async function submit<T>(
  form: string,
  typed: Form,
  fields: FieldsByCode,
  work: () => Promise<T>,
): Promise<Submitted<T>> {
  try {
    return { refusal: null, done: await work() }
  } catch (error) {
    const field = error instanceof FieldError ? error.field : error instanceof ScheduleError && fields[error.code]
    if (typeof field !== 'string') throw error
    const { message, fix, status } = failureOf(error)
    return { refusal: { form, typed, field, message, fix, status } }
  }
}

/** The refusal, if it is about this form. */
export function refusalOf(refusal: Refusal | null, form: string): Refusal | null {
  return refusal?.form === form ? refusal : null
}

export function typedIn(refusal: Refusal | null, field: string): string {
  return refusal?.typed(field) ?? ''
}

/** What a field says of itself; the refused one is where the person goes on. */
export function fieldState(refusal: Refusal | null, field: string) {
  if (refusal?.field !== field) return {}
  return { 'aria-invalid': 'true', 'aria-describedby': problemId(refusal), autofocus: true } as const
}

/** What is wrong with a field, to be put after its label. */
export const FieldProblem: FC<{ refusal: Refusal | null; field: string }> = ({ refusal, field }) =>
  refusal?.field !== field ? null : (
    <p class="field-problem" id={problemId(refusal)}>
      {sentence(refusal.message)} {refusal.fix === null ? null : sentence(refusal.fix)}
    </p>
  )

function problemId({ form, field }: Refusal): string {
  return `${form}-${field}-problem`
}
