import { inspect } from 'node:util'

import { systemClock } from '../clock.js'
import type { JobLog } from '../domain/job.js'

/** A job's log on top of anything that takes text. Writes whole lines and never throws. */
export function createJobLog(write: (line: string) => void): JobLog {
  const info = (message: string, details?: unknown): void => write(formatLine('', message, details))
  return Object.assign(info.bind(null), {
    info,
    warn: (message: string, details?: unknown): void => write(formatLine('WARN ', message, details)),
    error: (message: string, details?: unknown): void => write(formatLine('ERROR ', message, details)),
  })
}

function formatLine(level: string, message: unknown, details: unknown): string {
  const text = typeof message === 'string' ? message : show(message)
  const more = details === undefined ? '' : ` ${show(details)}`
  return `${systemClock.now().toISOString()} ${level}${text}${more}\n`
}

/** Never throws. */
export function show(value: unknown): string {
  try {
    return inspect(value, { breakLength: Infinity, compact: true, depth: 4, maxArrayLength: 50, maxStringLength: 2000 })
  } catch {
    return '[cannot be shown]'
  }
}
