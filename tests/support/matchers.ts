import { expect } from 'vitest'

// Vitest types these as any.
export const aDate: unknown = expect.any(Date)
export const aNumber: unknown = expect.any(Number)

export function containing(text: string): unknown {
  return expect.stringContaining(text)
}

export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
