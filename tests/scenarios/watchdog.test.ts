import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, attemptsOf, type Project } from './project.js'

const SHORT = { LEASE_MS: '4000', SHUTDOWN_GRACE_MS: '200' }
const LONGER = { LEASE_MS: '9000', SHUTDOWN_GRACE_MS: '2000' }

// They wait rather than work, so they wait together.
describe.concurrent.each(engines())('a job that blocks the event loop on $name', (engine) => {
  it('keeps its lease while it does, so that no other pass takes it, and is recorded like any other', async ({
    expect,
    onTestFinished,
  }) => {
    const project = await aProject(engine)
    onTestFinished(() => project.remove())
    project.configure(`{
      jobs: [defineJob({ name: 'blocks', run: () => { effect('begin'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 9000); effect('end') } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['blocks'], firstRun: 'immediately' }],
    }`)
    const first = project.start(['--json'], SHORT)
    await expect.poll(() => project.effects()).toEqual(['begin'])
    // Longer than the lease into the block another pass finds it alive, and leaves it.
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const other = await project.json([], SHORT)
    expect([other.code, other.document.counts.executed, other.document.counts.abandoned]).toEqual([0, 0, 0])
    expect((await first.ended).code).toBe(0)
    expect(project.effects()).toEqual(['begin', 'end'])
    expect(await project.sql('SELECT status, attempt FROM JobRun')).toEqual([{ status: 'COMPLETED', attempt: 1 }])
  })

  it('is ended at its timeout: TIMED_OUT, the others INTERRUPTED, their commands killed, and the next pass goes on', async ({
    expect,
    onTestFinished,
  }) => {
    const project = await aProject(engine)
    onTestFinished(() => project.remove())
    project.configure(`{
      concurrency: 4,
      jobs: [
        defineJob({ name: 'blocks', timeout: 400, run: async () => { await sleep(1000); effect('blocks'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } }),
        defineJob({ name: 'innocent', run: async ({ attempt }) => { effect('innocent ' + attempt); if (attempt === 1) await sleep(600_000) } }),
        commandJob({ name: 'program', command: process.execPath, args: ['-e', \`
          require('fs').appendFileSync('\${folder}/effects.log', 'program ' + process.env.ATTEMPT + ' ' + process.pid + '\\\\n')
          if (process.env.ATTEMPT === '1') setInterval(() => {}, 1000)\`] }),
        defineJob({ name: 'last', run: () => { effect('last') } }),
      ],
      schedules: [
        { id: 'bad', cron: '0 3 1 1 *', jobs: ['blocks'], firstRun: 'immediately' },
        { id: 'good', cron: '0 3 1 1 *', jobs: ['innocent', 'program', 'last'], jobConcurrency: 2, firstRun: 'immediately' },
      ],
    }`)
    // The grace keeps the timeout's end from being noticed before the block begins.
    const first = await project.run([], LONGER)
    expect(first.signal).toBe('SIGKILL')
    expect(first.stderr).toContain('bad/blocks blocks the event loop past its timeout')
    const runs = await project.sql('SELECT * FROM JobRun')
    const of = (name: string) => runs.find((run) => run['jobName'] === name)
    expect(of('blocks')).toMatchObject({
      status: 'TIMED_OUT',
      error: expect.stringContaining('blocked the event loop') as string,
    })
    expect(of('innocent')).toMatchObject({ status: 'PENDING', reason: 'interrupted', passId: null })
    expect(attemptsOf(of('innocent'))).toMatchObject([{ number: 1, status: 'INTERRUPTED' }])
    expect(await project.sql('SELECT status, exitCode FROM RunnerPass')).toEqual([
      { status: 'INTERRUPTED', exitCode: 137 },
    ])
    expect(await project.sql(`SELECT lastStatus, consecutiveFailures FROM JobSchedule WHERE id = 'bad'`)).toEqual([
      { lastStatus: 'TIMED_OUT', consecutiveFailures: 1 },
    ])
    const program = Number(
      project
        .effects()
        .find((line) => line.startsWith('program 1'))
        ?.split(' ')[2],
    )
    await expect.poll(() => isAlive(program)).toBe(false)

    const second = await project.json([], SHORT)
    expect([second.code, second.document.counts.completed]).toEqual([0, 3])
    expect(project.effects().filter((line) => /^(innocent|last)/.test(line))).toEqual([
      'innocent 1',
      'innocent 2',
      'last',
    ])
    expect(await project.sql(`SELECT id FROM JobRun WHERE status IN ('PENDING', 'RUNNING')`)).toEqual([])
    expect(await project.sql(`SELECT lastStatus FROM JobSchedule WHERE id = 'good'`)).toEqual([
      { lastStatus: 'COMPLETED' },
    ])
  })
})

/** As in a container whose command is the pass: signals that its first process sends itself do nothing. */
const AS_FIRST_PROCESS = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc']
const [UNSHARE = '', ...UNSHARE_ARGS] = AS_FIRST_PROCESS
const canUnshare = spawnSync(UNSHARE, [...UNSHARE_ARGS, 'true']).status === 0

describe('a job that blocks the event loop', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engines()[0] ?? null)
  })
  afterEach(() => project.remove())

  it('takes one pass down: what comes after its timeout runs in a process of its own', async () => {
    project.configure(`{
      jobs: [
        defineJob({ name: 'blocks', timeout: 300, retry: { attempts: 2, delay: 0 }, run: ({ attempt }) => { effect('blocks ' + attempt); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) } }),
        defineJob({ name: 'beside', run: async ({ attempt }) => { effect('beside ' + attempt); if (attempt === 1) await sleep(60_000) } }),
      ],
      schedules: ['blocks', 'beside'].map((id) => ({ id, cron: '0 3 1 1 *', jobs: [id], firstRun: 'immediately' })),
    }`)
    expect((await project.run([], SHORT)).signal).toBe('SIGKILL')
    const { code, signal, document } = await project.json([], SHORT)
    expect([code, signal]).toEqual([1, null])
    expect(document.runs.map((run) => [run.jobName, run.status, run.attempt]).toSorted()).toEqual([
      ['beside', 'COMPLETED', 2],
      ['blocks', 'TIMED_OUT', 2],
    ])
    expect(project.effects().toSorted()).toEqual(['beside 1', 'beside 2', 'blocks 1', 'blocks 2'])
  })

  it('does not outlast --max-duration: it is INTERRUPTED and the process is gone by then', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'blocks', run: () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['blocks'], firstRun: 'immediately' }],
    }`)
    const { signal, tookMs, stderr } = await project.run(['--max-duration', '12s'], LONGER)
    expect(signal).toBe('SIGKILL')
    expect(stderr).toContain('past --max-duration')
    expect(tookMs).toBeLessThan(19_000)
    expect(await project.sql('SELECT status, reason FROM JobRun')).toEqual([
      { status: 'PENDING', reason: 'interrupted' },
    ])
    // No run is past its timeout, so each may be what blocks: the next pass ends by itself.
    const next = await project.run(['--max-duration', '8s'], SHORT)
    expect([next.code, next.signal]).toEqual([0, null])
  })

  it.runIf(canUnshare)('is ended also where the pass is the first process of a container', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'blocks', timeout: 300, run: () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['blocks'], firstRun: 'immediately' }],
    }`)
    const { code, stderr } = await project.start([], SHORT, AS_FIRST_PROCESS).ended
    expect([code, stderr]).toEqual([137, expect.stringContaining('blocks the event loop past its timeout') as string])
    expect(await project.sql('SELECT status FROM JobRun')).toEqual([{ status: 'TIMED_OUT' }])
  })

  it('is recorded although nobody reads what the pass says', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'blocks', timeout: 300, run: () => { process.stderr.write('x'.repeat(1_000_000)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['blocks'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start([], { ...LONGER, SHUTDOWN_GRACE_MS: '200' })
    child.stdout?.pause()
    child.stderr?.pause()
    await new Promise((resolve) => child.once('exit', resolve))
    expect(child.signalCode).toBe('SIGKILL')
    child.stdout?.resume()
    child.stderr?.resume()
    await ended
    expect(await project.sql('SELECT status FROM JobRun')).toEqual([{ status: 'TIMED_OUT' }])
  })
})

// They wait rather than work, so they wait together.
describe.concurrent('what blocks the event loop and has no timeout', () => {
  const BLOCK = '() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }'

  it.for<[what: string, hook: string, option: string, args: string[], said: string]>([
    ['a hook', `onSuccess: ${BLOCK}`, '', [], 'a hook, a condition or what a job left behind blocks the event loop'],
    ['a condition', '', `when: ${BLOCK}`, [], 'a hook, a condition or what a job left behind blocks the event loop'],
    ['a hook', `onSuccess: ${BLOCK}`, '', ['--max-duration', '12s'], 'blocks the event loop past --max-duration'],
    [
      'a hook, though nothing was taken to run',
      `onSkip: ${BLOCK}`,
      `environments: ['elsewhere']`,
      ['--max-duration', '12s'],
      'blocks the event loop past --max-duration',
    ],
  ])(
    '%s ends with its pass, which holds its lease no longer',
    async ([, hook, option, args, said], { expect, onTestFinished }) => {
      const project = await aProject(engines()[0] ?? null)
      onTestFinished(() => project.remove())
      project.configure(`{
      ${hook === '' ? '' : `${hook},`}
      jobs: [defineJob({ name: 'work', run: () => { effect('work') } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately', ${option} }],
    }`)
      const { signal, stderr } = await project.run(args, SHORT)
      expect(signal).toBe('SIGKILL')
      expect(stderr).toContain(said)
      expect(await project.sql(`SELECT status, exitCode FROM RunnerPass`)).toEqual([
        { status: 'INTERRUPTED', exitCode: 137 },
      ])
    },
  )

  it('is no time of the job that comes after it', async ({ expect, onTestFinished }) => {
    const project = await aProject(engines()[0] ?? null)
    onTestFinished(() => project.remove())
    project.configure(`{
      jobs: [defineJob({ name: 'work', timeout: 6000, onStart: () => sleep(9000), run: () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000) } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately' }],
    }`)
    const { code, document } = await project.json([], SHORT)
    expect([code, document.counts.completed]).toEqual([0, 1])
  })

  it('may take longer than a lease all the same', async ({ expect, onTestFinished }) => {
    const project = await aProject(engines()[0] ?? null)
    onTestFinished(() => project.remove())
    project.configure(`{
      onSuccess: () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7000) },
      jobs: [defineJob({ name: 'work', run: () => { effect('work') } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately' }],
    }`)
    const { code, document } = await project.json([], SHORT)
    expect([code, document.counts.completed]).toEqual([0, 1])
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
