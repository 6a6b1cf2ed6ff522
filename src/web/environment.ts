import { dirname } from 'node:path'
import { readSecret } from '../access/secret.js'
import { applyDotenv } from '../config/dotenv.js'
import { findOptionalConfig } from '../config/find-config.js'
import { readEnvironment } from '../config/read-environment.js'
import { ProblemsError, type Problem } from '../errors.js'

/** What the web server is told by its environment. */
export interface WebEnvironment {
  databaseUrl: string
  /** SCHEDULE_POLL_INTERVAL_MS. */
  pollIntervalMs: number
  shutdownGraceMs: number
  host: string
  port: number
  /** JWT_SECRET. */
  secret: Uint8Array
  /** METRICS_TOKEN. */
  metricsToken: string | null
}

type Variables = NodeJS.ProcessEnv

const LEAST_METRICS_TOKEN = 16
const SENDABLE = /^[\x21-\x7e]+$/
const TOKEN_FIX = 'make one, for example with `openssl rand -hex 24`'

/**
 * The environment, checked; ENVIRONMENT_INVALID with everything that is wrong. The config file is looked for, because
 * `.env` and `file:` paths go by its folder, but never read.
 */
export function readWebEnvironment(variables: Variables, cwd: string): WebEnvironment {
  const file = findOptionalConfig({ cwd, variables })
  const folder = file === null ? cwd : dirname(file)
  applyDotenv(variables, folder)
  const problems: Problem[] = [...embeddedWorker(variables)]
  const shared = collect(problems, () => readEnvironment(variables, folder))
  const port = readPort(variables, problems)
  const secret = readSecret(variables['JWT_SECRET'])
  if ('problem' in secret) problems.push(secret.problem)
  const metricsToken = readMetricsToken(variables, problems)
  if (shared === null || port === null || 'problem' in secret || problems.length > 0)
    throw new ProblemsError('ENVIRONMENT_INVALID', 'the environment', problems)
  const { databaseUrl, pollIntervalMs, shutdownGraceMs } = shared
  const host = textOf(variables, 'HOST') ?? '::'
  return { databaseUrl, pollIntervalMs, shutdownGraceMs, host, port, secret: secret.secret, metricsToken }
}

function embeddedWorker(variables: Variables): Problem[] {
  const text = textOf(variables, 'EMBEDDED_JOB_WORKER')?.toLowerCase()
  if (text === undefined || ['false', '0', 'no', 'off'].includes(text)) return []
  return [
    {
      path: 'EMBEDDED_JOB_WORKER',
      message:
        'asks the web server to execute jobs, which it never does: a job could stop it, and it would have to poll',
      fix: 'unset it, and let the platform start `run-due-schedules` on a schedule',
    },
  ]
}

function readPort(variables: Variables, problems: Problem[]): number | null {
  const text = textOf(variables, 'PORT') ?? '3000'
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  const message = `must be a whole number from 0 to 65535, not '${text.slice(0, 50)}'`
  problems.push({ path: 'PORT', message, fix: 'unset it to use 3000, or set it to a port that is free' })
  return null
}

function readMetricsToken(variables: Variables, problems: Problem[]): string | null {
  const text = textOf(variables, 'METRICS_TOKEN')
  if (text === undefined) return null
  if (text.length < LEAST_METRICS_TOKEN) {
    const message = `has ${text.length} characters, ${LEAST_METRICS_TOKEN} are the least`
    problems.push({ path: 'METRICS_TOKEN', message, fix: TOKEN_FIX })
  } else if (!SENDABLE.test(text)) {
    const message = 'has characters that no Authorization header can carry'
    problems.push({ path: 'METRICS_TOKEN', message, fix: TOKEN_FIX })
  }
  return text
}

function collect<T>(problems: Problem[], read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    problems.push(...error.problems)
    return null
  }
}

/** Unset when empty: deployment tools pass on variables that have no value. */
function textOf(variables: Variables, name: string): string | undefined {
  const text = variables[name]?.trim()
  return text === '' ? undefined : text
}
