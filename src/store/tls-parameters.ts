/** How a connection is encrypted; without it, it is not. */
export interface TlsTarget {
  /** Whether the server's certificate is to come from an authority that is trusted. */
  rejectUnauthorized: boolean
  /** Whether it is to be for this host: an authority that everybody trusts has certificates for anybody. */
  verifyIdentity: boolean
  caFile: string | null
}

const NOT_VERIFIED = /"rejectUnauthorized"\s*:\s*false/
const FULL = ['verify_identity', 'verify_full']
const CA_PARAMETERS = ['sslcert', 'ssl-ca', 'ssl_ca', 'sslca', 'sslrootcert']
/** A value that says no. */
const OFF = ['', 'false', '0', 'no', 'off', 'disabled', 'disable']

/** The spellings of Prisma (sslaccept, sslcert), of MySQL's own clients (ssl-mode, ssl-ca) and of mysql2 (ssl). */
export function tlsOf(parameters: URLSearchParams): TlsTarget | null {
  const named = byName(parameters)
  const mode = named.get('sslmode')?.toLowerCase().replaceAll('-', '_') ?? null
  const accept = named.get('sslaccept') ?? null
  const ssl = named.get('ssl') ?? named.get('tls') ?? named.get('usessl') ?? null
  const caFile = caFileOf(parameters)
  if (mode !== null && mode !== '' && OFF.includes(mode)) return null
  const isOn = (value: string | null) => value !== null && !OFF.includes(value.toLowerCase())
  if (!isOn(mode) && !isOn(ssl) && accept === null && caFile === null) return null
  const isLax = accept === 'accept_invalid_certs' || (isObject(ssl) && NOT_VERIFIED.test(ssl))
  const verifyIdentity = !isLax && (accept === 'strict' || FULL.includes(mode ?? '') || isObject(ssl))
  return {
    rejectUnauthorized: verifyIdentity || (!isLax && (mode === 'verify_ca' || caFile !== null)),
    verifyIdentity,
    caFile,
  }
}

function caFileOf(parameters: URLSearchParams): string | null {
  return CA_PARAMETERS.map((name) => parameters.get(name)).find((file) => file !== null && file !== '') ?? null
}

function byName(parameters: URLSearchParams): Map<string, string> {
  return new Map([...parameters].map(([name, value]) => [name.toLowerCase().replaceAll(/[-_]/g, ''), value.trim()]))
}

function isObject(ssl: string | null): ssl is string {
  return ssl?.startsWith('{') === true
}
