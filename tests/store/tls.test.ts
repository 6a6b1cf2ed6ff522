import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import { migrate } from '../../src/store/migrations.js'
import { openStore } from '../../src/store/open-store.js'
import { startMariadb, type MariadbServer } from '../support/mariadb.js'
import { containing } from '../support/matchers.js'
import { sharedFolder } from '../support/shared-folder.js'
import { engines } from '../support/servers.js'

interface Authority {
  folder: string
  /** Of the authority. */
  ca: string
}

/** A certificate authority of the test's own, and a certificate of it for these names. */
function issue(names: string): Authority {
  const folder = mkdtempSync(path.join(sharedFolder(), 'tls-'))
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  writeFileSync(path.join(folder, 'names'), `subjectAltName=${names}`)
  const key = ['-newkey', 'rsa:2048', '-nodes']
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=authority')
  run('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server')
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  run('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed)
  return { folder, ca: path.join(folder, 'ca.pem') }
}

describe.runIf(engines().some((engine) => engine.name === 'mariadb')).each([
  { names: 'DNS:localhost,IP:127.0.0.1', isOurs: true },
  { names: 'DNS:db.elsewhere', isOurs: false },
])('a server with a certificate for $names', ({ names, isOurs }) => {
  let authority: Authority
  let server: MariadbServer
  beforeAll(async () => {
    authority = issue(names)
    const options = [`--ssl-cert=${authority.folder}/server.pem`, `--ssl-key=${authority.folder}/server.key`]
    server = await startMariadb(process.pid, {}, options)
    await migrate(await server.createDatabase('app'))
  })
  afterAll(async () => {
    await server.stop()
    await rm(authority.folder, { recursive: true })
  })

  /** What a pass and what a reader make of it. */
  async function reach(host: string, parameters: string): Promise<PromiseSettledResult<unknown>[]> {
    const databaseUrl = `mysql://root@${host}:${server.port}/app?${parameters}`
    const write = async () => {
      const store = await openStore({ databaseUrl })
      await store.close()
    }
    const read = async () => {
      const queries = await openQueries(databaseUrl)
      await queries.listSchedules().finally(() => queries.close())
    }
    return Promise.allSettled([write(), read()])
  }

  const REACHED = [{ status: 'fulfilled' }, { status: 'fulfilled' }]
  const refused = (message: string) => {
    const reason = { code: 'DATABASE_UNREACHABLE', message: containing(message) }
    return [{ reason }, { reason }]
  }

  it.each(['localhost', '127.0.0.1'])('is reached as %s where any certificate will do', async (host) => {
    expect(await reach(host, 'ssl-mode=REQUIRED')).toMatchObject(REACHED)
  })

  it.each(['localhost', '127.0.0.1'])('is reached as %s where its authority is known', async (host) => {
    expect(await reach(host, `ssl-mode=VERIFY_CA&ssl-ca=${authority.ca}`)).toMatchObject(REACHED)
    expect(await reach(host, 'ssl-mode=VERIFY_CA')).toMatchObject(refused('is not trusted'))
  })

  it.each(['localhost', '127.0.0.1'])('is reached as %s by a strict client only if it is its name', async (host) => {
    const expected = isOurs ? REACHED : refused('is for another name')
    for (const parameters of [
      `ssl-mode=VERIFY_IDENTITY&ssl-ca=${authority.ca}`,
      `sslaccept=strict&sslcert=${authority.ca}`,
    ])
      expect(await reach(host, parameters)).toMatchObject(expected)
  })

  it('is not asked where the certificate of its authority cannot be read', async () => {
    expect(await reach('localhost', 'sslcert=/no/such.pem')).toMatchObject(refused('/no/such.pem'))
  })
})
