import type { Session } from './session.js'

/** Shown at GET /sign-in, and again when POST /sign-in (form fields `token`, `next`) is refused. */
export interface SignInProps {
  nonce: string
  /** Path to go on to; already checked to be one of this site. */
  next: string
  /** Why the last try was refused. */
  problem: string | null
}

/** Shown instead of a page that cannot be: 401, 403, 404, 405, 409, 429, 500, 503. */
export interface ErrorPageProps {
  nonce: string
  session: Session | null
  status: number
  /** Stable. */
  code: string
  message: string
  /** What to do next. */
  fix: string | null
  /** The form that was sent and is not lost; null where none was. */
  form: KeptForm | null
  /** Where the page was asked for; null where it was not. */
  again: string | null
}

/** A form that was not accepted, as it was filled in. */
export interface KeptForm {
  action: string
  fields: readonly (readonly [name: string, value: string])[]
  /** True: it may be sent again as it is. */
  canBeRepeated: boolean
}
