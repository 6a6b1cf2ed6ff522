/** What is checked, in the order in which it is told. */
export type CheckName =
  | 'node'
  | 'environment'
  | 'config'
  | 'database'
  | 'clock'
  | 'passes'
  | 'runs'
  | 'schedules'
  | 'ledger'
  | 'cadence'
  | 'deploy'

/** `note`: worth knowing; `warning`: will bite some day; `problem`: something does not work (an exit code other than 0). */
export type Severity = 'ok' | 'note' | 'warning' | 'problem'

/** What one check found. */
export interface Finding {
  check: CheckName
  severity: Severity
  /** One sentence. */
  message: string
  /** What it is about, one line each. */
  details: string[]
  /** The next action; null: none. */
  fix: string | null
}

/** Everything that was found; stops where a problem makes further checks impossible. */
export interface Diagnosis {
  checkedAt: Date
  findings: Finding[]
  /** Checks that could not be made. */
  unchecked: CheckName[]
}

const CHECKS: readonly CheckName[] = [
  'node',
  'environment',
  'config',
  'database',
  'clock',
  'passes',
  'runs',
  'schedules',
  'ledger',
  'cadence',
  'deploy',
]

export function finding(
  check: CheckName,
  severity: Severity,
  message: string,
  { details = [], fix = null }: { details?: string[]; fix?: string | null } = {},
): Finding {
  return { check, severity, message, details, fix }
}

export function diagnosisOf(checkedAt: Date, found: readonly Finding[]): Diagnosis {
  const findings = found.toSorted((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check))
  const made = new Set(findings.map(({ check }) => check))
  return { checkedAt, findings, unchecked: CHECKS.filter((check) => !made.has(check)) }
}
