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
  message: string
  /** What to do next. */
  fix: string | null
}
