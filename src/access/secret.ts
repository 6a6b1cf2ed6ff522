import type { Problem } from '../errors.js'

const LEAST_BYTES = 32
// 32 random characters, even hexadecimal ones, practically never have fewer.
const LEAST_DIFFERENT_BYTES = 8
const FIX = 'make one, for example with `openssl rand -base64 48`, and set it where the server and `token` run'

/** JWT_SECRET as a key, or what is wrong with it; the secret is never shown. */
export function readSecret(text: string | undefined): { secret: Uint8Array } | { problem: Problem } {
  const secret = new TextEncoder().encode(text?.trim() ?? '')
  if (secret.length === 0) return refused('is not set: it signs the tokens that people sign in with')
  if (secret.length < LEAST_BYTES) return refused(`has ${secret.length} bytes, ${LEAST_BYTES} are the least`)
  if (new Set(secret).size < LEAST_DIFFERENT_BYTES) return refused('can be guessed: it repeats a few characters')
  return { secret }
}

function refused(message: string): { problem: Problem } {
  return { problem: { path: 'JWT_SECRET', message, fix: FIX } }
}
