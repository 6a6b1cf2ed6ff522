import { errors, jwtVerify, SignJWT } from 'jose'
import { isRole, type Role } from './role.js'

// A secret shared with another program must not make that program's tokens keys to this one.
const AUDIENCE = 'run-due-schedules'
const ALGORITHM = 'HS256'
// Audit events name it on one line.
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,200}$/u

export interface TokenClaims {
  role: Role
  subject: string
  expiresAt: Date
}

export interface NewToken extends TokenClaims {
  secret: Uint8Array
  issuedAt: Date
}

/** A JWT for the web server, signed with HS256. */
export async function issueToken({ secret, role, subject, issuedAt, expiresAt }: NewToken): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(subject)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(secret)
}

/** What a token says, or why it is refused, for people. Only HS256, with an end, for this program and a known role. */
export async function verifyToken(
  token: string,
  secret: Uint8Array,
  now: Date,
): Promise<TokenClaims | { refusal: string }> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub'],
      currentDate: now,
    })
    const { role, sub, exp = 0 } = payload
    const expiresAt = new Date(exp * 1000)
    if (!isRole(role)) return { refusal: 'the token has no role that is known here' }
    // Typed as text, but nothing has looked.
    if (typeof sub !== 'string' || !SUBJECT.test(sub)) return { refusal: 'the token does not say whose it is' }
    if (Number.isNaN(expiresAt.getTime())) return { refusal: 'the token names no end that a calendar has' }
    return { role, subject: sub, expiresAt }
  } catch (error) {
    return { refusal: refusalOf(error) }
  }
}

// Says no more than the holder of the token knows; a forged signature and a foreign key look alike.
function refusalOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return 'the token is not one for run-due-schedules'
  return 'this is not a token that was signed here'
}
