import type { Problem } from '../errors.js'

const LEAST_BYTES = 32
// 32 random characters, even hexadecimal ones, practically never have fewer.
const LEAST_DIFFERENT_BYTES = 8
// What manuals write where one's own is to be put.
const PLACEHOLDER =
  /your[-_ ]?(\d+[-_ ]?bit|jwt|own|super)?[-_ ]?secret|change[-_ ]?(me|this)|super[-_ ]?secret|example/i
const FIX = 'make one, for example with `openssl rand -base64 48`, and set it where the server and `token` run'

/** JWT_SECRET as a key, or what is wrong with it; the secret is never shown. */
export function readSecret(text: string | undefined): { secret: Uint8Array } | { problem: Problem } {
  const secret = new TextEncoder().encode(text?.trim() ?? '')
  if (secret.length === 0) return refused('is not set: it signs the tokens that people sign in with')
  if (secret.length < LEAST_BYTES) return refused(`has ${secret.length} bytes, ${LEAST_BYTES} are the least`)
  if (new Set(secret).size < LEAST_DIFFERENT_BYTES) return refused('can be guessed: it repeats a few characters')
  if (PLACEHOLDER.test(text ?? '')) return refused('can be guessed: it is what a manual writes in its place')
  if (repeatsItself(secret)) return refused('can be guessed: it repeats itself')
  if (countsOn(secret)) return refused('can be guessed: its characters follow one another, as in 12345')
  return { secret }
}

/** True: it ends as it begins, as one part over and over does. */
function repeatsItself(secret: Uint8Array): boolean {
  const periods = Array.from({ length: secret.length - LEAST_DIFFERENT_BYTES }, (_, index) => index + 1)
  return periods.some((period) => secret.every((byte, index) => byte === secret[index % period]))
}

/** True: most characters are the next or the one before of the alphabet or the digits; of random ones hardly any are. */
function countsOn(secret: Uint8Array): boolean {
  const steps = secret.slice(1).filter((byte, index) => Math.abs(byte - (secret[index] ?? 0)) === 1).length
  return steps > secret.length / 2
}

function refused(message: string): { problem: Problem } {
  return { problem: { path: 'JWT_SECRET', message, fix: FIX } }
}
