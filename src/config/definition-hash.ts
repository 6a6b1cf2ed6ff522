import { createHash } from 'node:crypto'

// Part of every hash: raise it when the meaning or the set of stored columns changes, so that every row is written once more.
const FORMAT = 1

/** SHA-256 (hex) of a definition; key order and absent or undefined keys make no difference. */
export function definitionHash(definition: object): string {
  return createHash('sha256')
    .update(`${FORMAT}\n${canonicalJson(definition)}`)
    .digest('hex')
}

/** JSON with sorted keys; what JSON drops (undefined) is dropped, dates are ISO strings. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isPlainObject(inner) ? sorted(inner) : inner))
}

function sorted(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
