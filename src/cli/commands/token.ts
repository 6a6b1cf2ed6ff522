import type { Command } from 'commander'
import { isRole, ROLES, type Role } from '../../access/role.js'
import { userName } from '../../commands/actor.js'
import { ProblemsError, ScheduleError } from '../../errors.js'
import type { CliContext } from '../context.js'
import { durationOption } from '../duration-option.js'
import { writeJson } from '../write-json.js'

interface TokenOptions {
  config?: string
  role: string
  expires: string
  subject?: string
  json?: boolean
}

const LONGEST_MS = 366 * 86_400_000
const SHORTEST_MS = 1000
const SUBJECT = /^[^\p{C}]{1,100}$/u

export function registerToken(program: Command, context: CliContext): void {
  program
    .command('token')
    .description('issue a token for the web server, signed with JWT_SECRET')
    .option('--role <role>', `${ROLES.join(' or ')}: who may look, and who may change`, 'viewer')
    .option('--expires <duration>', 'how long it is good for, 366d at most', '12h')
    .option('--subject <name>', 'whose it is, as audit events name them (the user of this system)')
    .option('--json', 'print JSON')
    .action((_options: TokenOptions, command: Command) => token(command.optsWithGlobals(), context))
}

async function token(options: TokenOptions, context: CliContext): Promise<void> {
  const role = readRole(options.role)
  const lifetimeMs = readLifetime(options.expires)
  const subject = readSubject(options.subject ?? userName())
  const secret = await readKey(options, context)
  const issuedAt = context.clock.now()
  const expiresAt = new Date(issuedAt.getTime() + lifetimeMs)
  const { issueToken } = await import('../../access/token.js')
  const text = await issueToken({ secret, role, subject, issuedAt, expiresAt })
  if (options.json) writeJson(context.stdout, { token: text, role, subject, expiresAt })
  else context.stdout.write(`${text}\n`)
}

async function readKey({ config }: TokenOptions, context: CliContext): Promise<Uint8Array> {
  const { applyDotenv } = await import('../../config/dotenv.js')
  const { findOptionalConfig } = await import('../../config/find-config.js')
  const { readSecret } = await import('../../access/secret.js')
  const { dirname } = await import('node:path')
  const { variables, cwd } = context
  const file = findOptionalConfig({ cwd, variables, file: config })
  applyDotenv(variables, file === null ? cwd : dirname(file))
  const reading = readSecret(variables['JWT_SECRET'])
  if ('secret' in reading) return reading.secret
  throw new ProblemsError('ENVIRONMENT_INVALID', 'the environment', [reading.problem])
}

function readRole(text: string): Role {
  if (isRole(text)) return text
  throw usage(`--role: '${text}' is no role`, `give ${ROLES.join(' or ')}`)
}

function readLifetime(text: string): number {
  const ms = durationOption('--expires')(text)
  if (ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms
  throw usage(`--expires: '${text}' is not between 1s and 366d`, "give a duration such as '12h' or '30d'")
}

function readSubject(text: string): string {
  if (SUBJECT.test(text)) return text
  throw usage('--subject: 1 to 100 visible characters make a name', "give a name such as 'ada@example.com'")
}

function usage(message: string, fix: string): ScheduleError {
  return new ScheduleError('USAGE', message, { fix })
}
