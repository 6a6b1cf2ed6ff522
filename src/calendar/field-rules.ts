/** What one of the five fields of a cron expression may hold. */
export interface FieldRule {
  readonly label: 'minute' | 'hour' | 'day of month' | 'month' | 'day of week'
  readonly min: number
  readonly max: number
  /** Three-letter names, lower case; the first stands for `min`. */
  readonly names: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** In the order in which a cron expression writes them. */
export const FIELD_RULES: readonly FieldRule[] = [
  { label: 'minute', min: 0, max: 59, names: [] },
  { label: 'hour', min: 0, max: 23, names: [] },
  { label: 'day of month', min: 1, max: 31, names: [] },
  { label: 'month', min: 1, max: 12, names: MONTHS },
  { label: 'day of week', min: 0, max: 7, names: WEEKDAYS },
]
