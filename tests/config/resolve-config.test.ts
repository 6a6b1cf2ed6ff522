import { describe, expect, it } from 'vitest'
import { commandJob, defineConfig, defineJob, httpJob } from '../../src/index.js'
import type { ConfigOptions } from '../../src/index.js'
import { resolveAndCheck, resolveConfig } from '../../src/config/resolve-config.js'
import { DEFINITION_DEFAULTS } from '../support/schedule-row.js'
import { problemsOf } from './support.js'

const FILE = '/srv/app/schedules.config.ts'
const noop = () => undefined

const example = defineConfig({
  name: 'default',
  concurrency: 4,
  groupConcurrency: { email: 1 },
  retention: { runs: 100, passes: '30d' },
  jobs: [
    defineJob({
      name: 'send-digests',
      group: 'email',
      description: 'Morning digest mails',
      timeout: '10m',
      retry: { attempts: 3, delay: '30s', backoff: 'exponential', maxDelay: '10m' },
      onCrash: 'retry',
      isolation: 'inline',
      run: async () => ({ sent: 42 }),
    }),
    commandJob({
      name: 'backup-db',
      group: 'nightly',
      command: 'mysqldump',
      args: ['--all-databases'],
      timeout: '30m',
    }),
    httpJob({
      name: 'warm-cache',
      request: { url: 'https://example.com/warm', method: 'POST' },
      expectStatus: [200, 204],
    }),
  ],
  schedules: [
    { id: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Berlin', executionMode: 'JOB_GROUP', jobGroup: 'nightly' },
    { id: 'hourly-all', cron: '@hourly', executionMode: 'ALL_JOBS' },
    {
      id: 'digest',
      cron: '30 7 * * mon-fri',
      timezone: 'America/New_York',
      jobs: ['send-digests'],
      params: { tenant: 'acme' },
      priority: 10,
      catchUp: 'latest',
      catchUpWindow: '12h',
      overlap: 'wait',
    },
  ],
})

describe('a config without problems', () => {
  it('has every option of the contract filled in', () => {
    const config = resolveConfig(example, FILE)
    expect(config).toMatchObject({
      name: 'default',
      file: FILE,
      concurrency: 4,
      groupConcurrency: new Map([['email', 1]]),
      retention: { runs: 100, runsOlderThanMs: null, passesOlderThanMs: 30 * 86_400_000 },
    })
    expect([...config.jobs.keys()]).toEqual(['send-digests', 'backup-db', 'warm-cache'])
    expect(config.jobs.get('send-digests')).toMatchObject({
      group: 'email',
      timeoutMs: 600_000,
      retry: { attempts: 3, delayMs: 30_000, backoff: 'exponential', maxDelayMs: 600_000 },
      position: 0,
    })
    expect(config.jobs.get('backup-db')?.work).toEqual({
      kind: 'command',
      command: 'mysqldump',
      args: ['--all-databases'],
      cwd: '/srv/app',
      env: {},
      stdin: null,
      successExitCodes: [0],
    })
    expect(config.jobs.get('warm-cache')?.work).toEqual({
      kind: 'http',
      url: 'https://example.com/warm',
      method: 'POST',
      headers: {},
      body: undefined,
      expectStatus: [200, 204],
    })
    expect(config.schedules.map(({ definition }) => definition.executionMode)).toEqual([
      'JOB_GROUP',
      'ALL_JOBS',
      'JOB_LIST',
    ])
    expect(config.schedules[2]?.definition).toMatchObject({
      jobNames: ['send-digests'],
      params: { tenant: 'acme' },
      priority: 10,
      catchUpWindowMs: 43_200_000,
    })
  })

  it('gets the documented defaults', () => {
    const config = resolveConfig({ jobs: [{ name: 'a', run: noop }], schedules: [{ id: 's', cron: '@daily' }] }, FILE)
    expect(config).toMatchObject({
      name: 'default',
      concurrency: null,
      retention: { runs: 100, runsOlderThanMs: null },
    })
    expect(config.jobs.get('a')).toMatchObject({
      group: null,
      description: null,
      timeoutMs: 1_800_000,
      retry: { attempts: 1, delayMs: 30_000, backoff: 'exponential', maxDelayMs: 600_000 },
      onCrash: 'retry',
      crashRetries: 3,
      isolation: 'inline',
      memoryLimitMb: null,
    })
    expect(config.schedules[0]?.definition).toEqual({ id: 's', cron: '@daily', ...DEFINITION_DEFAULTS })
  })

  it('needs no schedules: they may be created at run time', () => {
    expect(resolveConfig({ jobs: [{ name: 'a', run: noop }] }, FILE).schedules).toEqual([])
  })

  it('takes options that are undefined as absent', () => {
    const options: ConfigOptions = {
      concurrency: undefined,
      retention: { runs: null, passes: undefined },
      jobs: [{ name: 'a', group: undefined, run: noop, load: undefined }],
      schedules: [{ id: 's', cron: '@daily', jobGroup: undefined, params: undefined, timezone: undefined }],
    }
    expect(resolveConfig(options, FILE).retention).toEqual({
      runs: null,
      runsOlderThanMs: null,
      passesOlderThanMs: 30 * 86_400_000,
    })
  })

  it('lets a delay above the usual longest one stand', () => {
    const config = resolveConfig({ jobs: [{ name: 'a', run: noop, retry: { attempts: 2, delay: '1h' } }] }, FILE)
    expect(config.jobs.get('a')?.retry).toMatchObject({ delayMs: 3_600_000, maxDelayMs: 3_600_000 })
  })

  it('reads instants with an offset and Date objects', () => {
    const schedule = { id: 's', cron: '@daily', startsAt: '2026-12-01T09:00:00+01:00', endsAt: new Date('2027-01-01') }
    const [found] = resolveConfig({ jobs: [{ name: 'a', run: noop }], schedules: [schedule] }, FILE).schedules
    expect(found?.definition.startsAt).toEqual(new Date('2026-12-01T08:00:00Z'))
    expect(found?.definition.endsAt).toEqual(new Date('2027-01-01T00:00:00Z'))
  })

  it('keeps hooks and conditions as functions', () => {
    const when = () => false
    const raw = {
      onFailure: noop,
      jobs: [{ name: 'a', run: noop, onSuccess: noop }],
      schedules: [{ id: 's', cron: '@daily', when }],
    }
    const config = resolveConfig(raw, FILE)
    expect(config.hooks.onFailure).toBe(noop)
    expect(config.jobs.get('a')?.hooks.onSuccess).toBe(noop)
    expect(config.schedules[0]?.when).toBe(when)
  })

  it('leaves undefined properties out of params', () => {
    const schedule = { id: 's', cron: '@daily', params: { a: 1, b: undefined, list: [{ c: null }] } }
    const [found] = resolveConfig({ jobs: [{ name: 'a', run: noop }], schedules: [schedule] }, FILE).schedules
    expect(found?.definition.params).toStrictEqual({ a: 1, list: [{ c: null }] })
  })
})

const circular: Record<string, unknown> = {}
circular['self'] = circular
const deep: unknown = JSON.parse('['.repeat(31) + ']'.repeat(31))

const job = (options: object) => ({ jobs: [{ name: 'a', run: noop, ...options }] })
const command = (options: object) => ({ jobs: [{ name: 'a', command: 'true', ...options }] })
const http = (request: object, options: object = {}) => ({
  jobs: [{ name: 'a', request: { url: 'https://example.com', ...request }, ...options }],
})
const schedule = (options: object) => ({
  jobs: [
    { name: 'first', group: 'mail', run: noop },
    { name: 'second', run: noop },
  ],
  schedules: [{ id: 's', cron: '@daily', ...options }],
})

describe('a bad option', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['no object', 5, 'default export', /must be an object, not a number/],
    ['a list', [], 'default export', /must be an object, not a list/],
    ['no jobs', {}, 'jobs', /is missing/],
    ['jobs as an object', { jobs: { a: 1 } }, 'jobs', /must be a list, not an object/],
    ['schedules as an object', { jobs: [], schedules: {} }, 'schedules', /must be a list, not an object/],
    ['an unknown key', { jobs: [], shedules: [] }, 'shedules', /is not an option.*write schedules/s],
    ['a bad config name', { name: 'my config', jobs: [] }, 'name', /'my config' is not a name/],
    ['concurrency 0', { concurrency: 0, jobs: [] }, 'concurrency', /whole number from 1 to 1000, not 0/],
    ['concurrency as text', { concurrency: '4', jobs: [] }, 'concurrency', /whole number from 1 to 1000, not a text/],
    [
      'a limit for no group',
      { ...job({ group: 'mail' }), groupConcurrency: { mial: 1 } },
      'groupConcurrency.mial',
      /no job group 'mial'.*write 'mail'/s,
    ],
    [
      'a group limit of 0',
      { ...job({ group: 'mail' }), groupConcurrency: { mail: 0 } },
      'groupConcurrency.mail',
      /not 0/,
    ],
    ['a bad retention', { jobs: [], retention: { passes: 'long' } }, 'retention.passes', /'long' is not a duration/],
    ['an unknown retention', { jobs: [], retention: { run: 5 } }, 'retention.run', /write runs/],
    ['a hook that is no function', { jobs: [], onFailure: 'mail' }, 'onFailure', /must be a function, not a text/],

    ['a job that is no object', { jobs: ['a'] }, 'jobs[0]', /must be an object, not a text/],
    ['a job without a name', { jobs: [{ run: noop }] }, 'jobs[0].name', /is missing/],
    ['a job named *', { jobs: [{ name: '*', run: noop }] }, 'jobs[0].name', /'\*' is not a name/],
    ['a name of 129 characters', { jobs: [{ name: 'x'.repeat(129), run: noop }] }, 'jobs[0].name', /is not a name/],
    [
      'a job that does nothing',
      { jobs: [{ name: 'a' }] },
      'jobs[0]',
      /says not what to do.*run, load, command or request/s,
    ],
    ['run and load', job({ load: noop }), 'jobs[0].load', /stands beside run/],
    ['run that is no function', { jobs: [{ name: 'a', run: 'x' }] }, 'jobs[0].run', /must be a function/],
    ['an unknown job option', job({ retries: 3 }), 'jobs[0].retries', /write retry/],
    ['a command with run', command({ run: noop }), 'jobs[0].run', /is not an option/],
    ['retry as a number', job({ retry: 3 }), 'jobs[0].retry', /must be an object, not a number.*attempts: 3/s],
    ['an option of retry', job({ attempts: 3 }), 'jobs[0].attempts', /write retry: \{ attempts: … \}/],
    ['a URL alone', { jobs: [{ name: 'a', url: 'http://x' }] }, 'jobs[0].url', /write request: \{ url: … \}/],
    ['a request as text', { jobs: [{ name: 'a', request: 'http://x' }] }, 'jobs[0].request', /write \{ url: '…' \}/],
    ['jobs as text', schedule({ jobs: 'first' }), 'schedules[0].jobs', /must be a list, not a text.*\['first'\]/s],
    ['retry without attempts', job({ retry: { delay: '1s' } }), 'jobs[0].retry.attempts', /is missing/],
    ['retry with no attempts', job({ retry: { attempts: 0 } }), 'jobs[0].retry.attempts', /not 0/],
    [
      'an unknown backoff',
      job({ retry: { attempts: 2, backoff: 'exponental' } }),
      'jobs[0].retry.backoff',
      /write 'exponential'/,
    ],
    [
      'an unknown retry option',
      job({ retry: { attempts: 2, max: 1 } }),
      'jobs[0].retry.max',
      /known here: attempts, delay, backoff, maxDelay/,
    ],
    ['a duration without a unit', job({ timeout: '10' }), 'jobs[0].timeout', /has no unit/],
    ['a timeout of 0', job({ timeout: 0 }), 'jobs[0].timeout', /at least 1 ms/],
    ['a timeout longer than timers reach', job({ timeout: '25d' }), 'jobs[0].timeout', /at most 24 d/],
    ['a duration of another type', job({ timeout: true }), 'jobs[0].timeout', /must be a duration, not a boolean/],
    ['an unknown onCrash', job({ onCrash: 'ignore' }), 'jobs[0].onCrash', /one of 'retry', 'skip', not 'ignore'/],
    ['an unknown isolation', job({ isolation: 'proces' }), 'jobs[0].isolation', /write 'process'/],
    ['a memory cap inline', job({ memoryLimitMb: 64 }), 'jobs[0].memoryLimitMb', /needs a process of its own/],
    ['half a crash retry', job({ crashRetries: 0.5 }), 'jobs[0].crashRetries', /not 0.5/],

    ['a command as a list', { jobs: [{ name: 'a', command: ['ls'] }] }, 'jobs[0].command', /not a list/],
    ['an empty command', { jobs: [{ name: 'a', command: '' }] }, 'jobs[0].command', /names no program/],
    ['an argument that is a number', command({ args: ['-n', 5] }), 'jobs[0].args[1]', /must be a text, not a number/],
    ['a variable that is a number', command({ env: { PORT: 1 } }), 'jobs[0].env.PORT', /must be a text, not a number/],
    ['an exit code of 256', command({ successExitCodes: [256] }), 'jobs[0].successExitCodes[0]', /from 0 to 255/],

    ['a URL without a scheme', http({ url: 'example.com' }), 'jobs[0].request.url', /not an http: or https: URL/],
    ['an ftp URL', http({ url: 'ftp://example.com' }), 'jobs[0].request.url', /not an http: or https: URL/],
    ['a bad method', http({ method: 'GET IT' }), 'jobs[0].request.method', /must be an HTTP method/],
    ['a forbidden method', http({ method: 'trace' }), 'jobs[0].request.method', /fetch refuses/],
    ['a body with GET', http({ body: 'x' }), 'jobs[0].request.body', /GET/],
    [
      'a header name with a space',
      http({ headers: { 'x y': '1' } }),
      'jobs[0].request.headers',
      /'x y' is not a header name/,
    ],
    ['a Host header', http({ headers: { Host: 'a' } }), 'jobs[0].request.headers', /Host is a header that fetch sets/],
    [
      'a header with a line break',
      http({ headers: { 'x-key': 'k\n' } }),
      'jobs[0].request.headers',
      /x-key contains a line break/,
    ],
    ['an impossible status', http({}, { expectStatus: 99 }), 'jobs[0].expectStatus[0]', /from 100 to 599/],

    ['a schedule without an id', schedule({ id: undefined }), 'schedules[0].id', /is missing/],
    ['an id with a space', schedule({ id: 'a b' }), 'schedules[0].id', /'a b' is not a name/],
    ['no cron', schedule({ cron: undefined }), 'schedules[0].cron', /is missing \(schedule 's'\)/],
    ['an empty cron', schedule({ cron: ' ' }), 'schedules[0].cron', /is empty/],
    ['a cron that is no text', schedule({ cron: 5 }), 'schedules[0].cron', /must be a text/],
    ['tz for timezone', schedule({ tz: 'UTC' }), 'schedules[0].tz', /write timezone/],
    ['timeZone for timezone', schedule({ timeZone: 'UTC' }), 'schedules[0].timeZone', /write timezone/],
    ['an unknown mode', schedule({ executionMode: 'ALL' }), 'schedules[0].executionMode', /must be one of 'ALL_JOBS'/],
    ['a mode in lower case', schedule({ executionMode: 'all_jobs' }), 'schedules[0].executionMode', /write 'ALL_JOBS'/],
    [
      'jobs and a group',
      schedule({ jobs: ['first'], jobGroup: 'mail' }),
      'schedules[0].jobs',
      /stands beside jobGroup/,
    ],
    [
      'ALL_JOBS with a list',
      schedule({ executionMode: 'ALL_JOBS', jobs: ['first'] }),
      'schedules[0].executionMode',
      /contradicts jobs/,
    ],
    [
      'ALL_JOBS with a group',
      schedule({ executionMode: 'ALL_JOBS', jobGroup: 'mail' }),
      'schedules[0].executionMode',
      /contradicts jobGroup/,
    ],
    [
      'JOB_GROUP without a group',
      schedule({ executionMode: 'JOB_GROUP' }),
      'schedules[0].executionMode',
      /needs jobGroup/,
    ],
    ['JOB_LIST without jobs', schedule({ executionMode: 'JOB_LIST' }), 'schedules[0].executionMode', /needs jobs/],
    [
      'an unknown job',
      schedule({ jobs: ['first', 'secnod'] }),
      'schedules[0].jobs[1]',
      /no job 'secnod'.*write 'second'/s,
    ],
    ['an unknown job unlike any', schedule({ jobs: ['x'] }), 'schedules[0].jobs[0]', /known: first, second/],
    ['an unknown group', schedule({ jobGroup: 'nightly' }), 'schedules[0].jobGroup', /no job group 'nightly'/],
    ['an empty list of jobs', schedule({ jobs: [] }), 'schedules[0].jobs', /is empty/],
    ['a job named twice', schedule({ jobs: ['first', 'first'] }), 'schedules[0].jobs[1]', /a second time/],
    ['all jobs of none', { jobs: [], schedules: [{ id: 's', cron: '@daily' }] }, 'schedules[0]', /there are none/],
    ['a Date in params', schedule({ params: { at: [new Date(0)] } }), 'schedules[0].params', /a Date at .at\[0\]/],
    ['a function in params', schedule({ params: { f: noop } }), 'schedules[0].params', /a function at .f/],
    ['NaN in params', schedule({ params: Number.NaN }), 'schedules[0].params', /holds NaN/],
    ['circular params', schedule({ params: circular }), 'schedules[0].params', /circular/],
    ['params of 31 levels', schedule({ params: deep }), 'schedules[0].params', /nested deeper than 30 levels/],
    ['half a character in params', schedule({ params: { a: ['\ud83d'] } }), 'schedules[0].params', /half a character/],
    ['a Map in params', schedule({ params: new Map() }), 'schedules[0].params', /a Map/],
    ['enabled as text', schedule({ enabled: 'no' }), 'schedules[0].enabled', /must be true or false/],
    ['half a priority', schedule({ priority: 1.5 }), 'schedules[0].priority', /whole number/],
    [
      'an unknown catch-up',
      schedule({ catchUp: 'last' }),
      'schedules[0].catchUp',
      /one of 'latest', 'all', 'skip', not 'last'/,
    ],
    ['a window of 0', schedule({ catchUpWindow: '0s' }), 'schedules[0].catchUpWindow', /at least 1 ms/],
    ['a limit of 0', schedule({ catchUpLimit: 0 }), 'schedules[0].catchUpLimit', /not 0/],
    [
      'an unknown overlap',
      schedule({ overlap: 'queue' }),
      'schedules[0].overlap',
      /'wait', 'skip', 'allow', 'replace'/,
    ],
    ['a jitter of two days', schedule({ jitter: '2d' }), 'schedules[0].jitter', /at most 1 d/],
    [
      'a date without a time',
      schedule({ startsAt: '2026-12-01' }),
      'schedules[0].startsAt',
      /'2026-12-01' is not an instant/,
    ],
    [
      'a time without an offset',
      schedule({ endsAt: '2026-12-01T00:00:00' }),
      'schedules[0].endsAt',
      /is not an instant/,
    ],
    [
      'an invalid Date',
      schedule({ startsAt: new Date(Number.NaN) }),
      'schedules[0].startsAt',
      /this Date is not an instant/,
    ],
    [
      'a date that does not exist',
      schedule({ startsAt: '2026-13-01T00:00:00Z' }),
      'schedules[0].startsAt',
      /is not an instant/,
    ],
    [
      'an end before the start',
      schedule({ startsAt: '2027-01-01T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }),
      'schedules[0].endsAt',
      /is not after startsAt/,
    ],
    ['a condition that is no function', schedule({ when: true }), 'schedules[0].when', /must be a function/],
    ['an environment as text', schedule({ environments: 'production' }), 'schedules[0].environments', /must be a list/],
    ['no environment', schedule({ environments: [] }), 'schedules[0].environments', /is empty/],
    ['jobConcurrency 0', schedule({ jobConcurrency: 0 }), 'schedules[0].jobConcurrency', /not 0/],
    ['pauseAfterFailures 0', schedule({ pauseAfterFailures: 0 }), 'schedules[0].pauseAfterFailures', /not 0/],
    ['an unknown firstRun', schedule({ firstRun: 'now' }), 'schedules[0].firstRun', /'next', 'immediately'/],
  ])('%s is refused where it stands', async (_what, raw, path, message) => {
    const error = await problemsOf(() => resolveConfig(raw, FILE))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.exitCode).toBe(2)
    expect(error.problems.map((problem) => problem.path)).toEqual([path])
    expect(error.message).toMatch(message)
  })
})

describe('several problems', () => {
  const broken = {
    concurrency: 'many',
    jobs: [
      { name: 'mail', run: noop, timeout: 'soon', isolaton: 'process' },
      { name: 'mail', command: 'true' },
    ],
    schedules: [
      { id: 'a', cron: '61 * * * *', timezone: 'Europe/Berln', jobs: ['mial'], overlap: 'never' },
      { id: 'a', cron: '@daily' },
    ],
  }

  it('come in one error, in the order of the file', async () => {
    const error = await problemsOf(() => resolveConfig(broken, FILE))
    expect(error.problems.map((problem) => problem.path)).toEqual([
      'concurrency',
      'jobs[0].isolaton',
      'jobs[0].timeout',
      'jobs[1].name',
      'schedules[0].jobs[0]',
      'schedules[0].overlap',
      'schedules[1].id',
    ])
    expect(error.message).toContain('schedules.config.ts has 7 problems:')
    expect(error.message).toContain("'a' is the id of schedules[0] already")
  })

  it('come together with those of cron and time zone', async () => {
    const error = await problemsOf(() => resolveAndCheck(broken, FILE, { deferCalendar: true }))
    expect(error.problems.map((problem) => problem.path)).toEqual([
      'concurrency',
      'jobs[0].isolaton',
      'jobs[0].timeout',
      'jobs[1].name',
      'schedules[0].cron',
      'schedules[0].jobs[0]',
      'schedules[0].overlap',
      'schedules[0].timezone',
      'schedules[1].id',
    ])
    expect(error.message).toMatch(/schedules\[0\]\.timezone: .*Berln.*\(schedule 'a'\)/)
  })

  it('count ten and more in the right order', async () => {
    const jobs = Array.from({ length: 12 }, (_, index) => ({ name: `job ${index}`, run: noop }))
    const error = await problemsOf(() => resolveConfig({ jobs }, FILE))
    expect(error.problems.map((problem) => problem.path)).toEqual(jobs.map((_, index) => `jobs[${index}].name`))
  })
})

describe('cron and time zone', () => {
  const raw = { jobs: [{ name: 'a', run: noop }], schedules: [{ id: 's', cron: '0 0 30 2 *', timezone: 'Mars' }] }

  it('are checked with the rest', async () => {
    const error = await problemsOf(() => resolveAndCheck(raw, FILE))
    expect(error.problems.map((problem) => problem.path)).toEqual(['schedules[0].cron', 'schedules[0].timezone'])
  })

  it('are left alone when they are deferred and nothing else is wrong', async () => {
    await expect(resolveAndCheck(raw, FILE, { deferCalendar: true })).resolves.toMatchObject({ name: 'default' })
  })

  it('pass for the example of the contract', async () => {
    await expect(resolveAndCheck(example, FILE)).resolves.toMatchObject({ file: FILE })
  })
})

describe('secrets', () => {
  it('are never shown', async () => {
    const raw = {
      jobs: [
        { name: 'a', request: { url: 'https://me:hunter2@example.com', headers: { authorization: 'hunter2\n' } } },
        { name: 'b', command: 'x', env: { KEY: ['hunter2'] }, stdin: ['hunter2'] },
      ],
    }
    const error = await problemsOf(() => resolveConfig(raw, FILE))
    expect(error.problems).toHaveLength(4)
    expect(error.message).not.toContain('hunter2')
  })
})
