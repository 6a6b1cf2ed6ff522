import type { CommanderError } from 'commander'
import { ScheduleError } from '../errors.js'

/** What commander refuses, as every other error is told; `commands` are those that the command line may mean. */
export function explainUsage({ message }: CommanderError, commands: readonly string[]): ScheduleError {
  const [what = '', hint] = message.replace(/^error: /, '').split('\n')
  const meant = /^\(Did you mean (.+)\?\)$/.exec(hint ?? '')?.[1]
  const [command, ...others] = commands
  const page = command === undefined || others.length > 0 ? 'run-due-schedules' : `run-due-schedules ${command}`
  const fix = meant === undefined ? `see \`${page} --help\`` : `did you mean ${meant}?`
  return new ScheduleError('USAGE', what.replace(/\.$/, ''), { fix })
}
