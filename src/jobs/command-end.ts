import { completed, type Ending } from './ending.js'
import type { CommandWork } from './job.js'
import { lastLine } from './last-line.js'
import type { Exit } from './supervise.js'

interface StartFailure {
  code?: string | undefined
  originalMessage?: string | undefined
}

/** What the end of a command's process says of its job. */
export function describeCommandEnd(exit: Exit, work: CommandWork, stderr: string): Ending {
  if (exit.killed) return { kind: 'unsettled', fate: 'killed' }
  const output = { exitCode: exit.code, signal: exit.signal }
  if (exit.code !== null && work.successExitCodes.includes(exit.code)) return completed(output)
  const how = exit.signal === null ? `exited with code ${exit.code}` : `was ended by ${exit.signal}`
  return { kind: 'failed', error: `${work.command} ${how}${lastLine(stderr)}`, output }
}

/** Why a command could not even be started, and what to do about it. */
export function describeStartFailure(failure: StartFailure, work: CommandWork): Ending {
  return { kind: 'failed', error: startFailure(failure, work.command) }
}

function startFailure({ code, originalMessage }: StartFailure, command: string): string {
  switch (code) {
    case 'ENOENT':
      return `command not found: ${command}\nfix: ${notFoundFix(command)}`
    case 'EACCES':
      return `command not executable: ${command}\nfix: make it executable (chmod +x), or name its interpreter as the command`
    case 'E2BIG':
      return `${command} could not be started: its arguments or params are too large\nfix: pass large input through \`stdin\``
    default:
      return `${command} could not be started: ${originalMessage ?? code ?? 'unknown reason'}`
  }
}

function notFoundFix(command: string): string {
  if (/\s/.test(command)) return 'there is no shell: put the arguments into `args`, one by one'
  return 'install it where the pass runs, or give its full path'
}
