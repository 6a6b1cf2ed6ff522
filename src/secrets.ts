/** Names of environment variables whose values nobody should read in a log. */
const SECRET_NAME =
  /(^|_)(SECRETS?|TOKENS?|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)($|_)|^PGPASSWORD$|^MYSQL_PWD$/i
/** Shorter ones would blank out ordinary words. */
const SHORTEST_SECRET = 6
/** The same of one line of several, such as those of a private key. */
const SHORTEST_LINE = 16
// `user:password@` is what messages show as an example.
const PASSWORD_OF_URL = /(\b[a-z][a-z0-9+.-]*:\/\/(?!user:password@)[^\s/:@]*:)[^\s/@]+(@)/gi
const MASK = '***'

/**
 * Masks secrets in a text: passwords in URLs, and the values of environment variables that are named like secrets
 * (`…_TOKEN`, `…_SECRET`, `…_PASSWORD`, `…_API_KEY`) or are URLs with a password.
 */
export function createRedactor(variables: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const secrets = secretsOf(variables)
  return (text) => {
    const masked = text.includes('://') ? text.replace(PASSWORD_OF_URL, `$1${MASK}$2`) : text
    return secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), masked)
  }
}

let redactor: ((text: string) => string) | null = null

/** With the variables of this process, as they are at the first call. */
export function redact(text: string): string {
  redactor ??= createRedactor(process.env)
  return redactor(text)
}

/** The longest first: one may be part of another. */
function secretsOf(variables: Readonly<Record<string, string | undefined>>): string[] {
  const found = new Set<string>()
  for (const [name, value = ''] of Object.entries(variables)) {
    const secrets = SECRET_NAME.test(name) ? [value, ...passwordsOf(value)] : passwordsOf(value)
    for (const form of secrets.flatMap(formsOf)) found.add(form)
  }
  return [...found].filter((secret) => secret.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length)
}

/** As it may appear: without the line end of the file it was read from, escaped in JSON or in a URL, line by line. */
function formsOf(secret: string): string[] {
  const trimmed = secret.trim()
  const lines = trimmed.split(/\r?\n|\\n/).map((line) => line.trim())
  const asJson = JSON.stringify(trimmed).slice(1, -1)
  return [secret, trimmed, asJson, escaped(trimmed), ...lines.filter((line) => line.length >= SHORTEST_LINE)]
}

function escaped(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return text
  }
}

function passwordsOf(value: string): string[] {
  if (!value.includes('://') || !URL.canParse(value)) return []
  const { password } = new URL(value)
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}
