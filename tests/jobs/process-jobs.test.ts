import { execFile, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

import type { AttemptRequest, Job } from '../../src/jobs/job.js'
import { liveGroups } from '../../src/jobs/live-groups.js'
import { runAttempt } from '../../src/jobs/run-attempt.js'
import {
  attemptRequest,
  CONFIG_FILE,
  CONTEXT,
  functionWork,
  stopWhenReady,
  timeoutAfter,
  timeoutWhenReady,
} from './attempt-request.js'
import { eventually, isRunning } from './processes.js'

const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'rds-process-'))
const LOADER = import.meta.resolve('jiti/register')
const PASS = path.join(import.meta.dirname, 'fixtures/pass.ts')
const JOB_PROCESS = path.resolve(import.meta.dirname, '../../src/jobs/process/job-process.ts')
const notHere = functionWork(() => Promise.reject(new Error('it ran in the pass')))

type Changes = Partial<Omit<AttemptRequest, 'job'>> & { job?: Partial<Job> }

/** An attempt of a job of the config in fixtures, in its own process. */
function inProcess(name: string, { job, ...changes }: Changes = {}): AttemptRequest {
  return attemptRequest(notHere, { ...changes, job: { name, isolation: 'process', ...job } })
}

function pidsIn(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').map(Number)
  } catch {
    return []
  }
}

describe('a function job with a process of its own', () => {
  test('is given the same context, and its output, log and console lines are stored', async () => {
    const outcome = await runAttempt(inProcess('echo'))
    expect(outcome).toMatchObject({ status: 'COMPLETED', error: null })
    expect(outcome.output).toMatchObject({
      ...CONTEXT,
      scheduledFor: '2026-11-23T03:00:00.000Z',
      isDate: true,
      aborted: false,
    })
    expect(outcome.output).not.toMatchObject({ pid: process.pid })
    expect(outcome.log).toMatch(/^\d{4}-.*Z a line { 'ü': 1 }$/m)
    expect(outcome.log).toMatch(/^from console$/m)
    expect(outcome.log).toMatch(/^from console\.error$/m)
  })

  test('gets one as well when it is inline but its last process died', async () => {
    const outcome = await runAttempt(inProcess('echo', { forceProcess: true, job: { isolation: 'inline' } }))
    expect(outcome).toMatchObject({ status: 'COMPLETED', output: { runId: CONTEXT.runId } })
  })

  test('reports progress, the last of it for sure', async () => {
    const seen: unknown[] = []
    await runAttempt(inProcess('reports', { onProgress: (fraction, note) => seen.push([fraction, note]) }))
    expect(seen.at(-1)).toEqual([1, 'step 1000'])
    expect(seen.length).toBeLessThanOrEqual(1001)
  })

  test('may send messages of its own, which nobody takes for those of the pass', async () => {
    const seen: unknown[] = []
    const outcome = await runAttempt(inProcess('talks', { onProgress: (fraction) => seen.push(fraction) }))
    expect([outcome.status, outcome.output, seen]).toEqual(['COMPLETED', 'done', []])
  })

  test('fails with what it threw', async () => {
    const outcome = await runAttempt(inProcess('throws'))
    expect(outcome).toMatchObject({ status: 'FAILED', output: null })
    expect(outcome.error).toMatch(/^TypeError: boom\n\s+at [^]*caused by: the cause$/)
    expect((await runAttempt(inProcess('throws-undefined'))).error).toBe('threw undefined')
  })

  test('is completed although its output is not JSON or too large', async () => {
    const notJson = await runAttempt(inProcess('not-json'))
    expect(notJson).toMatchObject({ status: 'COMPLETED', output: null })
    expect(notJson.error).toMatch(/^output was not stored: .*BigInt/)
    expect((await runAttempt(inProcess('large'))).output).toMatchObject({ truncated: true, bytes: 100_002 })
  })

  test('may log megabytes: the last 64 KiB are kept', async () => {
    const { log } = await runAttempt(inProcess('chatty'))
    expect(Buffer.byteLength(log ?? '')).toBeLessThanOrEqual(64 * 1024)
    expect(log).toMatch(/line 99999\n$/)
  })
})

describe('a process of a job that dies', () => {
  test.each([
    ['exits', "the job's process exited with code 3 before finishing: bye bye"],
    ['exits-well', "the job's process exited with code 0 before finishing"],
    ['killed', "the job's process was killed by SIGKILL, perhaps because the machine ran out of memory"],
    ['disconnects', "the job's process exited with code 0 before finishing"],
  ])('is FAILED and says how: %s', async (name, error) => {
    expect(await runAttempt(inProcess(name))).toMatchObject({ status: 'FAILED', error })
  })

  test('of an error that nobody caught is FAILED with that error', async () => {
    expect((await runAttempt(inProcess('uncaught'))).error).toMatch(/^thrown from a timer\n\s+at /)
    expect((await runAttempt(inProcess('unhandled'))).error).toMatch(/^nobody caught this\n\s+at /)
  })

  test('for want of memory names the cap', async () => {
    const outcome = await runAttempt(inProcess('greedy', { job: { memoryLimitMb: 64 } }))
    expect(outcome).toMatchObject({ status: 'FAILED', error: "the job's process ran out of memory (cap 64 MiB)" })
    expect(outcome.log).toContain('heap out of memory')
  })

  test('of a SIGTERM that the pass did not send is FAILED', async () => {
    const outcome = await runAttempt(inProcess('terminated'))
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'its process was told to end from outside' })
  })
})

describe('a config that the process cannot use', () => {
  test('fails the attempt with the reason', async () => {
    const gone = await runAttempt(inProcess('no-longer-there'))
    expect(gone.error).toMatch(/has no function job no-longer-there any more/)
    expect((await runAttempt(inProcess('a-command'))).error).toMatch(/has no function job a-command/)
    const file = path.join(folder, 'schedules.config.mjs')
    writeFileSync(file, 'throw new Error("cannot start")')
    expect((await runAttempt(inProcess('echo', { configFile: file }))).error).toMatch(/cannot start/)
  })
})

describe('a process of a job that is told to end', () => {
  test('sees its signal abort with a TimeoutError at the timeout', async () => {
    const outcome = await runAttempt(
      inProcess('obedient', { graceMs: 20_000, ...timeoutWhenReady(), job: { timeoutMs: 3000 } }),
    )
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', error: 'timed out after 3 s' })
    expect(outcome.log).toMatch(/TimeoutError: timed out after 3 s\n$/)
  })

  test('sees the stop request as the reason of its signal', async () => {
    const outcome = await runAttempt(
      inProcess('obedient', { graceMs: 20_000, ...stopWhenReady('requested', 'cancelled by ann') }),
    )
    expect(outcome).toMatchObject({ status: 'CANCELLED', reason: 'requested', error: 'cancelled by ann' })
    expect(outcome.log).toMatch(/StopRequest: cancelled by ann\n$/)
  })

  test('is COMPLETED when it completes in the grace of a stop, TIMED_OUT in that of a timeout', async () => {
    const stopped = inProcess('finishes-late', { graceMs: 20_000, ...stopWhenReady('interrupted') })
    const late = inProcess('finishes-late', { graceMs: 20_000, ...timeoutWhenReady(), job: { timeoutMs: 3000 } })
    const outcomes = await Promise.all([runAttempt(stopped), runAttempt(late)])
    expect(outcomes).toMatchObject([
      { status: 'COMPLETED', output: 'finished', error: null },
      { status: 'TIMED_OUT', output: 'finished', error: 'timed out after 3 s, it finished only after that' },
    ])
  })

  test('is killed after the grace', async () => {
    const outcome = await runAttempt(
      inProcess('ignores', { graceMs: 200, ...timeoutWhenReady(), job: { timeoutMs: 3000 } }),
    )
    expect(outcome.error).toBe('timed out after 3 s, it did not end within the grace of 200 ms and was killed')
    expect(outcome.log).toMatch(/ready\n$/)
  })

  test('is killed with its children also when it blocks its event loop', async () => {
    const file = path.join(folder, 'stuck')
    const stuck = timeoutAfter(eventually(() => pidsIn(file).length === 2))
    const request = inProcess('stuck-with-children', { graceMs: 200, ...stuck, job: { timeoutMs: 3000 } })
    const outcome = await runAttempt({ ...request, context: { ...request.context, params: { file } } })
    expect(outcome.status).toBe('TIMED_OUT')
    expect(pidsIn(file)).toHaveLength(2)
    await eventually(() => pidsIn(file).every((pid) => !isRunning(pid)))
  })
})

describe('what a job leaves behind', () => {
  test('ends with it: open handles, children that ignore SIGTERM', async () => {
    const file = path.join(folder, 'leaked')
    const request = inProcess('leaves-children')
    const outcome = await runAttempt({ ...request, context: { ...request.context, params: { file } } })
    expect(outcome).toMatchObject({ status: 'COMPLETED', output: 'done' })
    expect(pidsIn(file)).toHaveLength(1)
    await eventually(() => pidsIn(file).every((pid) => !isRunning(pid)))
    expect([...liveGroups()].filter((pid) => pid !== 0)).toEqual([])
  })

  test.each([
    ['SIGKILL', 'spins', 1, {}],
    ['SIGTERM', 'spins', 1, {}],
    ['SIGKILL', 'stuck-with-children', 2, {}],
    ['SIGKILL', 'command', 2, {}],
    ['SIGKILL on a machine without a shell', 'stuck-with-children', 2, { PATH: '/nowhere' }],
  ] as const)('ends with the pass when that dies of %s, even a busy loop: %s', async (death, name, count, env) => {
    const file = path.join(folder, `orphan-${name}-${death}`)
    const pass = execFile(process.execPath, ['--import', LOADER, PASS, CONFIG_FILE, name, file], {
      env: { ...process.env, ...env },
    })
    let isHeld = false
    pass.stdout?.once('data', () => (isHeld = true))
    await eventually(() => isHeld && pidsIn(file).length === count)
    pass.kill(death === 'SIGTERM' ? death : 'SIGKILL')
    await eventually(() => pidsIn(file).every((pid) => !isRunning(pid)))
    expect(Math.min(...pidsIn(file))).toBeGreaterThan(1)
  })

  test('ends when the pass had died before it could look who its parent is', async () => {
    const [stranger, file] = ['1', path.join(folder, 'orphan-from-birth')]
    const child = fork(JOB_PROCESS, ['spins', stranger], {
      execArgv: ['--import', LOADER],
      serialization: 'advanced',
      detached: true,
    })
    child.on('error', () => undefined)
    child.send({ type: 'start', configFile: CONFIG_FILE, jobName: 'spins', context: { ...CONTEXT, params: { file } } })
    expect(await new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))).toBe('SIGKILL')
  })
})
