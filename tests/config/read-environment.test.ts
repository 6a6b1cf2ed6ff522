import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { applyDotenv } from '../../src/config/dotenv.js'
import { readEnvironment, redactUrl } from '../../src/config/read-environment.js'
import { folderWith, problemsOf } from './support.js'

const FOLDER = '/srv/app'
const MYSQL = 'mysql://app:secret@db:3306/jobs'

describe('an environment without problems', () => {
  it('has the documented defaults', () => {
    expect(readEnvironment({}, FOLDER)).toEqual({
      databaseUrl: 'file:/srv/app/run-due-schedules.db',
      databaseIsDefault: true,
      name: 'development',
      enabled: true,
      pollIntervalMs: 3_600_000,
      executeInline: true,
      concurrency: null,
      leaseMs: 60_000,
      shutdownGraceMs: 10_000,
    })
  })

  it('takes what is set', () => {
    const variables = {
      DATABASE_URL: MYSQL,
      RUN_ENVIRONMENT: 'staging',
      NODE_ENV: 'production',
      SCHEDULE_DAEMON_ENABLED: 'FALSE',
      SCHEDULE_POLL_INTERVAL_MS: '600000',
      EXECUTE_JOBS_INLINE: '0',
      CONCURRENCY: ' 8 ',
      LEASE_MS: '5000',
      SHUTDOWN_GRACE_MS: '0',
    }
    expect(readEnvironment(variables, FOLDER)).toEqual({
      databaseUrl: MYSQL,
      databaseIsDefault: false,
      name: 'staging',
      enabled: false,
      pollIntervalMs: 600_000,
      executeInline: false,
      concurrency: 8,
      leaseMs: 5000,
      shutdownGraceMs: 0,
    })
  })

  it('takes empty variables as unset, DATABASE_URL excepted', () => {
    expect(readEnvironment({ CONCURRENCY: '', LEASE_MS: ' ', NODE_ENV: '' }, FOLDER)).toMatchObject({
      concurrency: null,
      leaseMs: 60_000,
      name: 'development',
    })
  })

  it('names the environment by NODE_ENV when RUN_ENVIRONMENT is not set', () => {
    expect(readEnvironment({ NODE_ENV: 'test' }, FOLDER).name).toBe('test')
  })
})

describe('a database URL', () => {
  it.each([
    ['mysql://u@h/d', 'mysql://u@h/d'],
    ['mariadb://u:p%40ss@h:3307/d?ssl=true', 'mysql://u:p%40ss@h:3307/d?ssl=true'],
    ['MySQL://u@h/d', 'mysql://u@h/d'],
    ['file:./data/x.db', 'file:/srv/app/data/x.db'],
    ['file:x.db', 'file:/srv/app/x.db'],
    ['file:../x.db', 'file:/srv/x.db'],
    ['file:/var/x.db', 'file:/var/x.db'],
    ['file:///var/x.db', 'file:/var/x.db'],
    ['file:///var/my%20x.db', 'file:/var/my x.db'],
    ['file:/var/100%.db', 'file:/var/100%.db'],
    ['mysql://u@h/d?sslcert=./ca.pem', 'mysql://u@h/d?sslcert=%2Fsrv%2Fapp%2Fca.pem'],
    ['mysql://u@h/d?ssl-ca=/etc/ca.pem', 'mysql://u@h/d?ssl-ca=/etc/ca.pem'],
  ])('%s becomes %s', (given, url) => {
    expect(readEnvironment({ DATABASE_URL: given }, FOLDER).databaseUrl).toBe(url)
  })

  it.each([
    ['', /is set but empty/],
    ['./x.db', /is not a URL/],
    ['postgres://u:secret@h/d', /PostgreSQL/],
    ['postgresql://u:secret@h/d', /PostgreSQL/],
    ['sqlite:./secret.db', /named with file:/],
    ['redis://:secret@h', /not a URL of MySQL, MariaDB or a file/],
    ['mysql://u:secret#1@h/d', /cannot be read|contains a #/],
    ['mysql://u:sec/ret@h/d', /cannot be read/],
    ['mysql://u:secret%zz@h/d', /cannot be read.*percent-encode/s],
    ['mysql:u:secret@h/d', /cannot be read/],
    ['mysql://u:secret@h', /names no database/],
    ['mysql://u:secret@h/', /names no database/],
    ['file:', /names no file/],
    ['file:./', /names no file/],
    ['file::memory:', /in memory/],
    ['file:///var/100%.db', /percent-encoded/],
    ['file:///var/x%3Fmode=ro', /has parameters/],
    ['file:./x.db?connection_limit=1', /has parameters/],
  ])('%j is refused without showing its password', async (given, message) => {
    const error = await problemsOf(() => readEnvironment({ DATABASE_URL: given }, FOLDER))
    expect(error.code).toBe('ENVIRONMENT_INVALID')
    expect(error.problems.map(({ path }) => path)).toEqual(['DATABASE_URL'])
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/secret|sec\/ret/)
  })

  it.each([{ NODE_ENV: 'production' }, { RAILWAY_ENVIRONMENT: 'prod' }, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }])(
    'must be set where the disk is ephemeral (%j)',
    async (variables) => {
      const error = await problemsOf(() => readEnvironment(variables, FOLDER))
      expect(error.exitCode).toBe(2)
      expect(error.message).toContain(Object.keys(variables)[0])
      expect(readEnvironment(variables, FOLDER, { tolerateEphemeralDisk: true }).databaseIsDefault).toBe(true)
      expect(readEnvironment({ ...variables, DATABASE_URL: 'file:/data/x.db' }, FOLDER).databaseIsDefault).toBe(false)
    },
  )

  it.each([
    ['mysql://app:secret@db:3306/jobs?password=secret', 'mysql://app:***@db:3306/jobs'],
    ['mysql://app@db/jobs', 'mysql://app@db/jobs'],
    ['file:/srv/x.db', 'file:/srv/x.db'],
    ['mysql://:secret', '(a URL that cannot be read)'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown)
  })
})

describe('bad variables', () => {
  it.each([
    ['SCHEDULE_DAEMON_ENABLED', 'maybe', /must be true or false, not 'maybe'/],
    ['EXECUTE_JOBS_INLINE', '2', /must be true or false/],
    ['CONCURRENCY', '0', /whole number from 1 to 1000, not '0'/],
    ['CONCURRENCY', '1e2', /whole number/],
    ['LEASE_MS', '60', /write 60000 where 60 seconds are meant/],
    ['SCHEDULE_POLL_INTERVAL_MS', '1h', /write 3600000/],
    ['SHUTDOWN_GRACE_MS', '-1', /whole number of milliseconds/],
  ])('%s=%s is refused', async (name, value, message) => {
    const error = await problemsOf(() => readEnvironment({ [name]: value }, FOLDER))
    expect(error.problems.map(({ path }) => path)).toEqual([name])
    expect(error.message).toMatch(message)
  })

  it('come in one error', async () => {
    const variables = { DATABASE_URL: 'x', CONCURRENCY: 'x', LEASE_MS: 'x', NODE_ENV: 'production' }
    const error = await problemsOf(() => readEnvironment(variables, FOLDER))
    expect(error.problems.map(({ path }) => path)).toEqual(['DATABASE_URL', 'CONCURRENCY', 'LEASE_MS'])
    expect(error.message).toMatch(/^the environment has 3 problems:/)
  })
})

describe('.env', () => {
  it('adds what is not set, and nothing else', () => {
    const folder = folderWith({ '.env': '\uFEFFA="one # two"\nB=2 # a comment\nexport C=3\nSET=file\nEMPTY=file\n' })
    const variables: NodeJS.ProcessEnv = { SET: 'given', EMPTY: '' }
    expect(applyDotenv(variables, folder)).toEqual(['A', 'B', 'C'])
    expect(variables).toEqual({ A: 'one # two', B: '2', C: '3', SET: 'given', EMPTY: '' })
  })

  it('may be missing, or be a folder', () => {
    expect(applyDotenv({}, folderWith({}))).toEqual([])
    expect(applyDotenv({}, folderWith({ '.env/bin/python': '' }))).toEqual([])
  })

  it('that cannot be read is an error', async () => {
    const folder = folderWith({})
    symlinkSync('.env', join(folder, '.env'))
    expect((await problemsOf(() => applyDotenv({}, folder))).message).toContain('cannot be read (ELOOP)')
  })
})

describe('.env.example', () => {
  const text = readFileSync('.env.example', 'utf8')

  it('is a valid environment, also with every line switched on', () => {
    const on = parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''))
    expect(() => readEnvironment(parseEnv(text), FOLDER)).not.toThrow()
    expect(readEnvironment(on, FOLDER)).toMatchObject({ pollIntervalMs: 3_600_000, leaseMs: 60_000, concurrency: 4 })
  })

  it('names exactly the variables of the reference', () => {
    const reference = readFileSync('docs/reference/environment.md', 'utf8')
    const documented = reference
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]))
    const named = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1])
    expect(named.sort()).toEqual(documented.sort())
  })
})
