import * as z from 'zod/mini'
import { parseDuration } from '../durations.js'
import { messageOf, ProblemsError, ScheduleError, type Problem } from '../errors.js'
import { readDatabaseUrl } from './database-url.js'
import type { Environment } from './environment.js'
import { field, quoted, rejected } from './fields.js'
import { problem, readPart } from './problems.js'

export { redactUrl } from './database-url.js'

type Variables = Readonly<Record<string, string | undefined>>

const DAY_MS = 86_400_000
const DEFAULT_DATABASE = 'file:./run-due-schedules.db'
const TRUE = ['true', '1', 'yes', 'on']
const FALSE = ['false', '0', 'no', 'off']

const schema = z.object({
  SCHEDULE_DAEMON_ENABLED: z._default(flag(), true),
  SCHEDULE_POLL_INTERVAL_MS: z._default(milliseconds(1000, 366 * DAY_MS), 3_600_000),
  EXECUTE_JOBS_INLINE: z._default(flag(), true),
  CONCURRENCY: z._default(z.nullable(whole(1, 1000)), null),
  LEASE_MS: z._default(milliseconds(1000, DAY_MS), 60_000),
  SHUTDOWN_GRACE_MS: z._default(milliseconds(0, DAY_MS), 10_000),
})

export interface ReadEnvironmentOptions {
  /** Let the embedded SQLite file stand in even where the disk is ephemeral (nothing is written there by a dry run). */
  tolerateEphemeralDisk?: boolean
}

/** The environment, checked; ENVIRONMENT_INVALID with everything that is wrong. `file:` paths are relative to `folder`. */
export function readEnvironment(
  variables: Variables,
  folder: string,
  options: ReadEnvironmentOptions = {},
): Environment {
  const names = Object.keys(schema.shape)
  const given = Object.fromEntries(names.map((name) => [name, textOf(variables, name)]))
  const reading = readPart(schema, given, '')
  const database = readDatabase(variables, folder, options)
  const problems = [...database.problems, ...reading.problems]
  if (reading.value === null || problems.length > 0)
    throw new ProblemsError('ENVIRONMENT_INVALID', 'the environment', problems)
  const checked = reading.value
  return {
    databaseUrl: database.url,
    databaseIsDefault: variables['DATABASE_URL'] === undefined,
    name: textOf(variables, 'RUN_ENVIRONMENT') ?? textOf(variables, 'NODE_ENV') ?? 'development',
    enabled: checked.SCHEDULE_DAEMON_ENABLED,
    pollIntervalMs: checked.SCHEDULE_POLL_INTERVAL_MS,
    executeInline: checked.EXECUTE_JOBS_INLINE,
    concurrency: checked.CONCURRENCY,
    leaseMs: checked.LEASE_MS,
    shutdownGraceMs: checked.SHUTDOWN_GRACE_MS,
  }
}

function readDatabase(
  variables: Variables,
  folder: string,
  options: ReadEnvironmentOptions,
): { url: string; problems: Problem[] } {
  const text = variables['DATABASE_URL']?.trim()
  const sign = text === undefined && options.tolerateEphemeralDisk !== true ? ephemeralSign(variables) : null
  if (sign !== null) {
    const message = `is not set, and with ${sign} the disk of the embedded SQLite file would not last`
    const fix = "set it to 'mysql://user:password@host:3306/database' (or to 'file:/path/on/a/volume.db')"
    return { url: '', problems: [problem('DATABASE_URL', message, fix)] }
  }
  try {
    return { url: readDatabaseUrl(text ?? DEFAULT_DATABASE, folder), problems: [] }
  } catch (thrown) {
    return {
      url: '',
      problems: [problem('DATABASE_URL', messageOf(thrown), thrown instanceof ScheduleError ? thrown.fix : null)],
    }
  }
}

/** What tells that files do not outlive the container. */
function ephemeralSign(variables: Variables): string | null {
  if (textOf(variables, 'NODE_ENV') === 'production') return 'NODE_ENV=production'
  return (
    ['RAILWAY_ENVIRONMENT', 'KUBERNETES_SERVICE_HOST'].find((name) => textOf(variables, name) !== undefined) ?? null
  )
}

/** Unset when empty: deployment tools pass on variables that have no value. */
function textOf(variables: Variables, name: string): string | undefined {
  const text = variables[name]?.trim()
  return text === '' ? undefined : text
}

function flag() {
  return field((input) => {
    const text = String(input).toLowerCase()
    if (TRUE.includes(text)) return true
    if (FALSE.includes(text)) return false
    throw rejected(`must be true or false, not ${quoted(String(input))}`)
  })
}

function whole(min: number, max: number) {
  return field((input) => {
    const text = String(input)
    if (/^[+-]?\d+$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text)
    throw rejected(`must be a whole number from ${min} to ${max}, not ${quoted(text)}`)
  })
}

function milliseconds(min: number, max: number) {
  return field((input) => {
    const text = String(input)
    if (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text)
    throw rejected(
      `must be a whole number of milliseconds from ${min} to ${max}, not ${quoted(text)}`,
      millisecondsFix(text, min),
    )
  })
}

function millisecondsFix(text: string, min: number): string | undefined {
  if (/^\d+$/.test(text) && Number(text) < min) return `write ${Number(text) * 1000} where ${text} seconds are meant`
  try {
    return `write ${parseDuration(text)}`
  } catch {
    return undefined
  }
}
