import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Connection } from 'mysql2/promise'
import { messageOf, ScheduleError } from '../../errors.js'
import type { MysqlTarget } from '../database-url.js'
import type { TlsTarget } from '../tls-parameters.js'

interface TlsOptions {
  rejectUnauthorized: boolean
  /** For mysql2, which otherwise takes any name. */
  verifyIdentity: boolean
  /** For the driver of Prisma, which otherwise takes no other name. */
  checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined
  ca?: string
}

/** What the drivers call `ssl`. Throws DATABASE_UNREACHABLE where the file of the authority cannot be read. */
export async function tlsOptions({ host }: Pick<MysqlTarget, 'host'>, tls: TlsTarget): Promise<TlsOptions> {
  const { rejectUnauthorized, verifyIdentity, caFile } = tls
  return {
    rejectUnauthorized,
    verifyIdentity: verifyIdentity && isIP(host) === 0,
    checkServerIdentity: (_, certificate) => (verifyIdentity ? checkServerIdentity(host, certificate) : undefined),
    ...(caFile === null ? {} : { ca: await readCa(caFile) }),
  }
}

/** mysql2 compares certificates with names of hosts, not with addresses. */
export function expectAddress(connection: Connection, { host, tls }: MysqlTarget): void {
  if (tls?.verifyIdentity !== true || isIP(host) === 0) return
  const { stream } = (connection as unknown as { connection: { stream: TLSSocket } }).connection
  const problem = checkServerIdentity(host, stream.getPeerCertificate())
  if (problem === undefined) return
  connection.destroy()
  throw problem
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const what = `the certificate ${file} of its CA cannot be read: ${messageOf(error)}`
    const fix = 'Correct the path in DATABASE_URL; a relative one is relative to the folder of the config file.'
    throw new ScheduleError('DATABASE_UNREACHABLE', `Cannot connect to the database: ${what}`, { fix, cause: error })
  }
}
