import { basename, dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf, ScheduleError } from '../errors.js'
import { explainImport } from './explain-import.js'

const LONGEST_MESSAGE = 1000
// A stack line, or the last line of a syntax error: a path with its line and maybe column at the end.
const PLACE = /(file:\/\/\/[^\s()]+?|\/[^\n()]+?):(\d+)(?::(\d+))?\)?$/
const NOT_THEIRS = /node_modules|node:|data:/
const OURS = fileURLToPath(new URL('.', import.meta.url))

/** What importing a config file threw, as one error that says where. */
export function configFailure(file: string, thrown: unknown): ScheduleError {
  if (thrown instanceof ScheduleError) return thrown
  const place = placeOf(thrown, dirname(file))
  const where = place === null ? '' : `\n    at ${place}`
  return new ScheduleError('CONFIG_FAILED', `${basename(file)} could not be loaded: ${reasonOf(thrown)}${where}`, {
    fix: fixOf(thrown, file, place),
    cause: thrown,
  })
}

/** What `load` of a job threw: where its module cannot be linked or read, with the place and the fix, else as it is. */
export function jobFailure(name: string, file: string, thrown: unknown): ScheduleError {
  const fix = linkFix(messageOf(thrown), file)
  const what = `load of job '${name}' failed`
  if (fix === null) return new ScheduleError('CONFIG_FAILED', `${what}: ${messageOf(thrown)}`, { cause: thrown })
  const place = placeOf(thrown, dirname(file))
  const where = place === null ? '' : `\n    at ${place}`
  return new ScheduleError('CONFIG_FAILED', `${what}: ${reasonOf(thrown)}${where}`, { fix })
}

function reasonOf(thrown: unknown): string {
  const [reason = ''] = messageOf(thrown).split(/\nRequire stack:|\nThis file is being treated|\s+\/\S+:\d+:\d+$/)
  // What a call of something imported becomes in transpiled TypeScript.
  const readable = reason.replace(/^ParseError: /, '').replace(/^\(0 , \w+\.(\w+)\) is/, '$1 is')
  return readable.slice(0, LONGEST_MESSAGE)
}

/** The first line of the stack that is the project's own code, else the file that asked for a missing module. */
function placeOf(thrown: unknown, folder: string): string | null {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const asking = /\nRequire stack:\n- (.+)/.exec(messageOf(thrown))?.[1]
  for (const line of stack.split('\n')) {
    const match = NOT_THEIRS.test(line) ? null : PLACE.exec(line.trim())
    if (match?.[1] === undefined) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (path.startsWith(OURS) || (asking !== undefined && path !== asking)) continue
    return `${shortest(path, folder)}:${match[2]}${columnOf(path, match[3])}`
  }
  return asking === undefined ? null : shortest(asking, folder)
}

/** Transpiled TypeScript keeps its lines, not its columns. */
function columnOf(path: string, column: string | undefined): string {
  return column === undefined || /\.[cm]?ts$/.test(path) ? '' : `:${column}`
}

function shortest(path: string, folder: string): string {
  const fromFolder = relative(folder, path)
  return fromFolder.startsWith('..') ? path : fromFolder
}

function fixOf(thrown: unknown, file: string, place: string | null): string {
  const fix = linkFix(messageOf(thrown), file)
  if (fix !== null) return fix
  if (thrown instanceof SyntaxError && place === null)
    return `correct the syntax; \`node --check ${relative(process.cwd(), file)}\` shows the line`
  return 'correct the config file: it runs whenever a command starts, so keep work that can fail inside the jobs'
}

function linkFix(message: string, file: string): string | null {
  return message.startsWith('ParseError: ') ? 'correct the syntax' : explainImport(message, file)
}
