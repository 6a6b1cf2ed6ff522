import { instantOf, requiredInstant } from '../columns.js'
import type { Row } from '../database.js'
import type { GlobalPause } from '../store.js'

/** The row of RunnerSetting as a pause. */
export function readPause(row: Row | undefined): GlobalPause | null {
  const value: unknown = typeof row?.['value'] === 'string' ? JSON.parse(row['value']) : null
  if (typeof value !== 'object' || value === null) return null
  const { at, reason, until } = value as Record<string, unknown>
  return { at: requiredInstant(at), reason: typeof reason === 'string' ? reason : null, until: instantOf(until) }
}
