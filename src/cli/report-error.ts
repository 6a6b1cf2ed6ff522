import { EXIT, messageOf, ProblemsError, ScheduleError } from '../errors.js'
import type { CliContext } from './context.js'
import { themeOf } from './render/theme.js'
import { writeJson } from './write-json.js'

/** Says on one screen what is wrong and what to do, and answers the exit code. With `--json` stdout gets it too. */
export function reportError(error: unknown, context: CliContext, json: boolean): number {
  const known = error instanceof ScheduleError ? error : null
  const exitCode = known?.exitCode ?? EXIT.usage
  const theme = themeOf(context.stderr)
  const lines = [`${theme.red(theme.glyph('failure'))} ${known?.message ?? unexpected(error)}`]
  const hint = known?.fix ?? null
  if (hint !== null) lines.push(`  ${theme.dim('fix:')} ${hint}`)
  context.stderr.write(`${lines.join('\n')}\n`)
  if (json) {
    const { code = 'UNEXPECTED', message = messageOf(error), fix = null } = known ?? {}
    const problems = error instanceof ProblemsError ? { problems: error.problems } : {}
    writeJson(context.stdout, { error: { code, message, fix, ...problems }, exitCode })
  }
  return exitCode
}

function unexpected(error: unknown): string {
  const stack = error instanceof Error ? error.stack?.split('\n').slice(1, 8).join('\n') : undefined
  return `unexpected: ${messageOf(error)}${stack === undefined ? '' : `\n${stack}`}`
}
