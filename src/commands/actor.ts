import { userInfo } from 'node:os'

/** AuditEvent.actor and JobRun.requestedBy hold this many characters. */
const LONGEST_ACTOR = 255

/** Who acts when a person types a command: `cli:` and the name of the operating system's user. */
export function cliActor(): string {
  return actorName(`cli:${userName()}`)
}

/** An actor as the database can keep it. */
export function actorName(actor: string): string {
  return Array.from(actor).slice(0, LONGEST_ACTOR).join('')
}

/** The operating system's user. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    // Containers often run as a numeric user without an entry in /etc/passwd.
    return String(process.getuid?.() ?? 'unknown')
  }
}
