import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, type Project } from './project.js'

/** A neighbour in the same pass, still at work when the other misbehaves: it must be recorded whatever happens. */
const GOOD = `defineJob({ name: 'good', run: async () => { await sleep(600); effect('good'); return 'fine' } })`

/** What a bad job does, and what its run says of it. */
const BAD: Record<string, [job: string, error: string]> = {
  'calls-exit': [`run: () => process.exit(0)`, 'called process.exit(0)'],
  'swallows-exit': [`run: () => { try { process.exit(3) } catch {} }`, 'process.exit(3)'],
  'exits-in-a-timer': [
    `run: ({ signal }) => { setTimeout(() => process.exit(0), 20); return new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason))) }`,
    'called process.exit(0)',
  ],
  'throws-undefined': ['run: () => { throw undefined }', 'threw undefined'],
  'throws-null-later': ['run: async () => { await sleep(10); throw null }', 'threw null'],
  'throws-a-trap': [`run: () => { throw new Proxy({}, { get() { throw new Error('no') } }) }`, 'threw'],
  'throws-half-a-character': [`run: () => { throw new Error('half \ud83d of \0 it') }`, 'half'],
  'logs-half-a-character': [
    `run: ({ log, progress }) => { log('\ud83d'); progress(0.5, '\ud83d'); throw new Error('logged') }`,
    'logged',
  ],
  'throws-in-a-timer': [
    `run: () => new Promise(() => { setTimeout(() => { throw new Error('from a timer') }, 20) })`,
    'outside its promise: from a timer',
  ],
  'forgets-a-rejection': [
    `run: async () => { void Promise.reject(new Error('forgotten')); await sleep(50) }`,
    'outside its promise: forgotten',
  ],
  'emits-unheard': [
    `run: async () => { const { EventEmitter } = await import('node:events'); setImmediate(() => new EventEmitter().emit('error', new Error('unheard'))); await sleep(50) }`,
    'outside its promise: unheard',
  ],
}

describe.each(engines())('on $name, inline jobs that exit, throw and forget', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  it('fail alone, each with what it did, though they all do so at once', async () => {
    const jobs = Object.entries(BAD).map(([name, [body]]) => `defineJob({ name: '${name}', ${body} })`)
    project.configure(`{
      concurrency: 20, jobs: [${[GOOD, ...jobs].join(', ')}],
      schedules: [{ id: 's', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS', jobConcurrency: 20, firstRun: 'immediately' }],
    }`)
    const { code, document } = await project.json([], { SHUTDOWN_GRACE_MS: '300' })
    expect([code, document.error, document.counts]).toMatchObject([
      1,
      null,
      { completed: 1, failed: jobs.length, executed: jobs.length + 1 },
    ])
    const runs = await project.sql('SELECT jobName, status, error FROM JobRun')
    const errors = new Map(runs.map((run) => [run['jobName'], run['error']]))
    for (const [name, [, error]] of Object.entries(BAD)) expect(errors.get(name), name).toContain(error)
    expect(project.effects()).toEqual(['good'])
  })
})

describe('in a pass, an inline job that', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engines()[0] ?? null)
  })
  afterEach(() => project.remove())

  async function passWith(job: string, env: Record<string, string> = {}) {
    project.configure(`{
      jobs: [${GOOD}, defineJob({ name: 'bad', ${job} })],
      schedules: ['good', 'bad'].map((id) => ({ id, cron: '0 3 1 1 *', jobs: [id], firstRun: 'immediately' })),
    }`)
    const ended = await project.json([], env)
    const runs = await project.sql('SELECT jobName, status, error, log, output FROM JobRun')
    const of = (name: string) => runs.find((run) => run['jobName'] === name)
    expect(of('good')).toMatchObject({ status: 'COMPLETED' })
    expect(project.effects()).toContain('good')
    expect(await project.sql(`SELECT id FROM RunnerPass WHERE status = 'RUNNING'`)).toEqual([])
    return { ...ended, bad: of('bad') }
  }

  it('ignores the abort at its timeout is left behind, TIMED_OUT, and can record nothing more', async () => {
    const { tookMs, bad } = await passWith(
      `timeout: 200, run: async ({ progress, log }) => { for (let n = 0; n < 600; n++) { await sleep(100); log('still here'); progress(n / 600) } }`,
      { SHUTDOWN_GRACE_MS: '300' },
    )
    expect(bad).toMatchObject({ status: 'TIMED_OUT', error: expect.stringContaining('left behind') as string })
    // The job itself takes a minute.
    expect(tookMs).toBeLessThan(30_000)
  })

  it('rejects after it was left behind is named in a warning and changes nothing', async () => {
    const { code, stderr, bad } = await passWith(
      `timeout: 50, run: () => new Promise(() => { setTimeout(() => { throw new Error('too late') }, 400) })`,
      { SHUTDOWN_GRACE_MS: '100' },
    )
    expect([code, bad?.['status']]).toEqual([1, 'TIMED_OUT'])
    expect(stderr).toMatch(/job bad \(run [0-9a-f-]+\) threw where nobody waits for it: too late/)
  })

  it.each([
    ['throws', 'throw Object.create(null)'],
    ['rejects with', 'Promise.reject(Object.create(null))'],
    [
      'throws an error with',
      `throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('no') } })`,
    ],
  ])('%s what cannot be shown after its end is named in a warning and changes nothing', async (_does, act) => {
    const { code, stderr, bad } = await passWith(`run: () => { setTimeout(() => { ${act} }, 100) }`)
    expect([code, bad?.['status']]).toEqual([0, 'COMPLETED'])
    expect(stderr).toContain('threw where nobody waits for it: threw something that cannot be shown')
  })

  it('brings handlers of uncaught errors that end the process fails as without them', async () => {
    const { code, bad } = await passWith(
      `run: async () => { for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => process.exit(44)); setTimeout(() => { throw new Error('from a timer') }, 20); void Promise.reject(new Error('forgotten')); await sleep(200) }`,
    )
    expect([code, bad?.['status'], bad?.['error']]).toEqual([
      1,
      'FAILED',
      expect.stringContaining('outside its promise: forgotten') as string,
    ])
  })

  it('prints megabytes keeps stdout one JSON document and its log within 64 KiB', async () => {
    const { code, bad } = await passWith(
      `run: ({ log }) => { for (let n = 0; n < 200; n++) { process.stdout.write('x'.repeat(20_000) + '\\n'); log('y'.repeat(20_000)) }; return 'z'.repeat(5_000_000) }`,
    )
    expect(code).toBe(0)
    expect(Buffer.byteLength(String(bad?.['log']))).toBeLessThanOrEqual(64 * 1024)
    expect(Buffer.byteLength(String(bad?.['output']))).toBeLessThanOrEqual(64 * 1024)
    expect(JSON.parse(String(bad?.['output']))).toMatchObject({ truncated: true, bytes: 5_000_002 })
  })

  it('takes away the signal handlers and sets an exit code does not change how the pass ends', async () => {
    const { code } = await passWith(`run: () => { process.removeAllListeners('SIGTERM'); process.exitCode = 77 }`)
    expect(code).toBe(0)
  })

  it('has hooks and a condition that exit or throw in timers stays COMPLETED', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: () => { effect('work') }, onStart: () => process.exit(0), onSuccess: () => { setTimeout(() => { throw new Error('hook timer') }, 1) } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately', when: () => true }],
    }`)
    const { code, document, stderr } = await project.json()
    expect([code, document.counts.completed, project.effects()]).toEqual([0, 1, ['work']])
    expect(stderr).toContain('called process.exit(0)')
  })

  it('whose condition ends the process fails its slot with that reason', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: () => { effect('work') } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately', when: () => process.exit(0) }],
    }`)
    const { code, document } = await project.json()
    expect([code, document.runs[0]?.status, document.runs[0]?.reason, project.effects()]).toEqual([
      1,
      'FAILED',
      'condition',
      [],
    ])
  })

  it('loads a config that calls process.exit is an error of the config, not a silent success', async () => {
    project.write('schedules.config.mjs', 'process.exit(0)')
    const { code, stderr } = await project.run()
    expect(code).toBe(2)
    expect(stderr).toContain('called process.exit(0)')
  })
})

describe.each(engines())('on $name, a job with a process of its own that', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  it('exits, crashes, blocks, forks or eats memory fails alone; the pass records all of them', async () => {
    project.configure(`{
      concurrency: 6,
      jobs: [
        ${GOOD},
        defineJob({ name: 'exits', isolation: 'process', run: () => process.exit(0) }),
        defineJob({ name: 'aborts', isolation: 'process', run: () => process.abort() }),
        defineJob({ name: 'blocks', isolation: 'process', timeout: 4000, run: () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) } }),
        defineJob({ name: 'eats', isolation: 'process', memoryLimitMb: 32, run: () => { const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length)) } }),
        defineJob({ name: 'forks', isolation: 'process', timeout: 4000, run: async () => {
          const { spawn } = await import('node:child_process')
          const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore' })
          effect('pid ' + child.pid)
          await new Promise(() => {})
        } }),
      ],
      schedules: [{ id: 's', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS', jobConcurrency: 6, firstRun: 'immediately' }],
    }`)
    const { code, document } = await project.json([], { SHUTDOWN_GRACE_MS: '400' })
    expect(code).toBe(1)
    const ends = Object.fromEntries(document.runs.map((run) => [run.jobName, `${run.status} ${run.error ?? ''}`]))
    expect(ends).toMatchObject({
      good: 'COMPLETED ',
      exits: expect.stringMatching(/^FAILED .*exited with code 0 before finishing/s) as string,
      aborts: expect.stringMatching(/^FAILED .*killed by SIGABRT/s) as string,
      blocks: expect.stringMatching(/^TIMED_OUT .*killed/s) as string,
      eats: expect.stringMatching(/^FAILED .*ran out of memory \(cap 32 MiB\)/s) as string,
      forks: expect.stringMatching(/^TIMED_OUT /) as string,
    })
    const child = Number(
      project
        .effects()
        .find((line) => line.startsWith('pid '))
        ?.slice(4),
    )
    await expect.poll(() => isAlive(child)).toBe(false)
    const [schedule] = await project.sql('SELECT lastStatus, consecutiveFailures FROM JobSchedule')
    expect(schedule).toEqual({ lastStatus: 'FAILED', consecutiveFailures: 1 })
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
