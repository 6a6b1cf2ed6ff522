import type { Role } from '../access/role.js'

/** Who is asking. */
export interface Session {
  role: Role
  /** Name in the token; audit events say `web:<subject>`. */
  subject: string
  /** What forms carry in the hidden field `csrf`, and scripts in the header `X-CSRF-Token`. */
  csrfToken: string
  /** When the token ends. */
  expiresAt: Date
  /** Browsers send cookies by themselves, so only they are checked for forgery. */
  via: 'cookie' | 'bearer'
}

/** What handlers find in the context of a request. */
export interface WebEnv {
  Variables: {
    /** Null on the few pages that need none. */
    session: Session | null
    /** Of this answer's Content-Security-Policy: inline scripts and styles carry it. */
    nonce: string
  }
}
