import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createRedactor } from '../../src/secrets.js'
import { engines } from '../support/servers.js'
import { aProject, type Project } from '../scenarios/project.js'

const KEY = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----'

describe('redacting', () => {
  const redact = createRedactor({
    DATABASE_URL: 'mysql://app:p%40ss-word!@db:3306/app',
    API_TOKEN: 'tok_1234567',
    STRIPE_SECRET: 'tok_1234567_longer',
    PASSWORD: 'tiny',
    PWD: '/home/someone',
    TOKENS_PER_HOUR: '1000',
    PGPASSWORD: 'of-postgres',
    FROM_FILE_TOKEN: 'with-a-line-end\n',
    QUOTED_SECRET: 'a "quoted" \\ secret',
    PRIVATE_KEY: `${KEY}\n`,
  })

  it.each([
    ['the password of a URL in a variable, as written', 'p%40ss-word!', '***'],
    ['the same, decoded', 'denied for p@ss-word! today', 'denied for *** today'],
    ['no example of a URL', "write 'mysql://user:password@host/db'", "write 'mysql://user:password@host/db'"],
    ['any URL with a password', 'at redis://:hunter2@cache:6379/0', 'at redis://:***@cache:6379/0'],
    ['a token', 'Bearer tok_1234567.', 'Bearer ***.'],
    ['the password that pg_dump reads', 'is of-postgres', 'is ***'],
    ['a token that was read with the end of its line', '"with-a-line-end"', '"***"'],
    ['a secret escaped in JSON', '{"s":"a \\"quoted\\" \\\\ secret"}', '{"s":"***"}'],
    ['a secret escaped in a URL', '?s=a%20%22quoted%22%20%5C%20secret&t', '?s=***&t'],
    ['a key of several lines', `key: ${KEY}!`, 'key: ***!'],
    ['the same in JSON', JSON.stringify({ key: KEY }), '{"key":"***"}'],
    ['what is left of it', KEY.slice(45), '***\n***'],
    ['the longest of two that begin alike', 'tok_1234567_longer', '***'],
  ])('masks %s', (_, text, masked) => {
    expect(redact(text)).toBe(masked)
  })

  it.each(['a tiny word', '/home/someone/x', 'https://example.com/a:b@c', '1000 of them', 'mail me@example.com'])(
    'leaves "%s" alone',
    (text) => {
      expect(redact(text)).toBe(text)
    },
  )
})

const PASSWORD = 'Sw0rdfish-of-the-database'
const TOKEN = 'tok_live_5f3c9a1b7e'
const SECRETS = { API_TOKEN: TOKEN, JWT_SECRET: 'a-jwt-secret-of-more-than-32-bytes-length' }
/** What a cut through the token leaves of it. */
const PARTS = /tok_live_|f3c9a1b7e/
const ALL = [PASSWORD, ...Object.values(SECRETS)]

function expectNoSecret(...texts: string[]): void {
  for (const secret of ALL) for (const text of texts) expect(text).not.toContain(secret)
  for (const text of texts) expect(text).not.toMatch(PARTS)
}

describe.each([
  ['nothing listens', `mysql://app:${PASSWORD}@127.0.0.1:1/app`, 3],
  ['the host is unknown', `mysql://app:${PASSWORD}@no-such-host.invalid/app`, 3],
  ['the URL is wrong', `mysql://app:${PASSWORD}@host:port:1/app`, 2],
  ['the scheme is wrong', `postgres://app:${PASSWORD}@host/app`, 2],
  ['the database is missing', `mysql://app:${PASSWORD}@host`, 2],
])('where %s', (_, url, expected) => {
  it.each([[[]], [['--json']], [['list', '--json']], [['migrate']], [['runs']]])(
    '%j shows no password',
    async (args) => {
      const project = await aProject(null)
      project.configure(`{ jobs: [defineJob({ name: 'j', run: () => {} })], schedules: [] }`)
      const { code, stdout, stderr } = await project.run(args, { ...SECRETS, DATABASE_URL: url })
      expect(code).toBe(expected)
      expect(stderr.length).toBeGreaterThan(10)
      expectNoSecret(stdout, stderr)
      await project.remove()
    },
  )
})

describe('where the password is refused', () => {
  const server = engines().find(({ name }) => name === 'mariadb')

  it.runIf(server !== undefined)('the error names the user, not the password', async () => {
    const project = await aProject(server ?? null)
    project.configure(`{ jobs: [], schedules: [] }`)
    const url = new URL(project.database?.url ?? '')
    url.username = 'nobody'
    url.password = PASSWORD
    const { code, stdout, stderr } = await project.run(['--json'], { ...SECRETS, DATABASE_URL: url.href })
    expect([code, stderr]).toEqual([3, expect.stringContaining(`'nobody'`) as string])
    expectNoSecret(stdout, stderr)
    await project.remove()
  })
})

describe('jobs that spill secrets', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engines()[0] ?? null)
  })
  afterEach(() => project.remove())

  it('leave none in the database, the report or on stderr', async () => {
    // Their length is none of the secret's multiples, so that each cut goes through one.
    const answers = createServer((_request, response) => response.end(`.${TOKEN.repeat(5000)}`)).listen(0)
    onTestFinished(() => void answers.close())
    const { port } = answers.address() as AddressInfo
    project.configure(`{
      concurrency: 8,
      jobs: [
        defineJob({ name: 'returns', run: ({ log }) => { log('token', process.env.API_TOKEN); return { [process.env.API_TOKEN]: [process.env.API_TOKEN] } } }),
        defineJob({ name: 'throws', run: () => { throw new Error('401 for ' + process.env.API_TOKEN, { cause: new Error(process.env.JWT_SECRET) }) } }),
        defineJob({ name: 'strays', run: async () => { setTimeout(() => { throw new Error(process.env.API_TOKEN) }, 1); await sleep(30) } }),
        defineJob({ name: 'apart', isolation: 'process', run: () => { console.log(process.env.API_TOKEN); throw new Error(process.env.API_TOKEN) } }),
        commandJob({ name: 'command', command: process.execPath, args: ['-e', 'console.log(process.env); console.error(process.env.API_TOKEN); process.exit(1)'] }),
        commandJob({ name: 'missing', command: 'no-such-program', args: [process.env.API_TOKEN], env: { KEY: process.env.API_TOKEN } }),
        httpJob({ name: 'header', request: { url: 'http://127.0.0.1:1/?key=' + process.env.API_TOKEN, headers: { authorization: 'Bearer ' + process.env.API_TOKEN + '\\u0100' } } }),
        defineJob({ name: 'floods', run: ({ log }) => { for (let n = 0; n < 2500; n++) log(process.env.API_TOKEN.repeat(3)); return process.env.API_TOKEN.repeat(5000) } }),
        httpJob({ name: 'answer', timeout: '20s', request: { url: 'http://127.0.0.1:${port}/' } }),
        httpJob({ name: 'refusal', timeout: '20s', request: { url: 'http://127.0.0.1:${port}/' }, expectStatus: 404 }),
        defineJob({ name: 'hook', onSuccess: () => { throw new Error(process.env.API_TOKEN) }, run: ({ progress }) => { progress(1, 'done with ' + process.env.API_TOKEN) } }),
      ],
      schedules: [
        { id: 's', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS', jobConcurrency: 8, firstRun: 'immediately' },
        { id: 'w', cron: '0 3 1 1 *', jobs: ['returns'], firstRun: 'immediately', when: () => { throw new Error(process.env.API_TOKEN) } },
      ],
    }`)
    const { document, stdout, stderr } = await project.json([], SECRETS)
    expect(document.runs).toHaveLength(12)
    const stored: string[] = []
    for (const table of ['Job', 'JobSchedule', 'JobRun', 'RunnerPass', 'AuditEvent'])
      stored.push(JSON.stringify(await project.sql(`SELECT * FROM ${table}`)))
    expect(stored.join()).toContain('***')
    expectNoSecret(stdout, stderr, ...stored)
    const shown = await project.run(['show', document.runs[0]?.runId ?? '', '--json'], SECRETS)
    expectNoSecret(shown.stdout, shown.stderr)
  })
})
