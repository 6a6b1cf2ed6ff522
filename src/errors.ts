/** Process exit codes, fixed by the contract with scripts. */
export const EXIT = { ok: 0, runFailed: 1, usage: 2, database: 3 } as const

/** Stable strings; people match on them. */
export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_FAILED'
  | 'ENVIRONMENT_INVALID'
  | 'USAGE'
  | 'SCHEDULE_NOT_FOUND'
  | 'JOB_NOT_FOUND'
  | 'RUN_NOT_FOUND'
  | 'CONFLICT'
  | 'REFUSED'
  | 'CRON_INVALID'
  | 'TIMEZONE_INVALID'
  | 'DURATION_INVALID'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_NOT_MIGRATED'
  | 'DATABASE_FAILED'
  | 'LEASE_LOST'

/** An ending that stops something: says what, why, and what to do next. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'
  readonly code: ErrorCode
  readonly exitCode: number
  /** The next action, one imperative sentence. */
  readonly fix: string | null
  /** Each thing that is wrong, where several may be: with CONFIG_INVALID and ENVIRONMENT_INVALID. */
  declare readonly problems?: readonly Problem[]

  constructor(code: ErrorCode, message: string, options: { fix?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.exitCode = options.exitCode ?? exitCodeOf(code)
    this.fix = options.fix ?? null
  }
}

/** One thing wrong with a config or the environment. */
export interface Problem {
  /** Where, as one would type it: `schedules[2].cron`, `DATABASE_URL`. */
  path: string
  message: string
  fix?: string
}

/** Everything wrong with a config at once. */
export class ProblemsError extends ScheduleError {
  override readonly problems: readonly Problem[]

  constructor(code: 'CONFIG_INVALID' | 'ENVIRONMENT_INVALID', subject: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    const lines = problems.map((p) => `  ${p.path}: ${p.message}${p.fix === undefined ? '' : `\n      fix: ${p.fix}`}`)
    super(code, `${subject} has ${count}:\n${lines.join('\n')}`)
    this.problems = problems
  }
}

function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'DATABASE_UNREACHABLE':
    case 'DATABASE_NOT_MIGRATED':
    case 'DATABASE_FAILED':
    case 'LEASE_LOST':
      return EXIT.database
    case 'REFUSED':
      return EXIT.runFailed
    default:
      return EXIT.usage
  }
}

/** The message of anything that was thrown, `undefined` and strings included. Never throws: it is called where nothing catches. */
export function messageOf(thrown: unknown): string {
  try {
    const text: unknown = thrown instanceof Error ? thrown.message || thrown.name : thrown
    return typeof text === 'string' ? text : `threw ${String(text)}`
  } catch {
    return 'threw something that cannot be shown'
  }
}
