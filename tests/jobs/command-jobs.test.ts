import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

import { liveGroups } from '../../src/jobs/live-groups.js'
import { runAttempt } from '../../src/jobs/run-attempt.js'
import {
  attemptRequest,
  commandWork,
  CONFIG_FILE,
  nodeWork,
  stopAfter,
  stopWith,
  timeoutAfter,
} from './attempt-request.js'
import { eventually, isRunning } from './processes.js'

const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'rds-command-'))
const fixtures = path.dirname(CONFIG_FILE)

const SIGN = path.join(folder, 'listens')

/** A command that runs until a signal ends it, and the moment from which on it does `atSigterm`. */
function listening(atSigterm: string) {
  rmSync(SIGN, { force: true })
  const program = `process.on('SIGTERM', () => { ${atSigterm} }); require('fs').writeFileSync('${SIGN}', ''); setInterval(() => {}, 1000)`
  return { work: nodeWork(program), ready: eventually(() => existsSync(SIGN)) }
}

describe('a command job', () => {
  test('is completed when its command exits with 0; its output is stored as the log', async () => {
    const outcome = await runAttempt(attemptRequest(nodeWork(`console.log('to stdout'); console.error('to stderr ü')`)))
    expect(outcome).toMatchObject({ status: 'COMPLETED', output: { exitCode: 0, signal: null }, error: null })
    expect(outcome.log?.split('\n').sort()).toEqual(['', 'to stderr ü', 'to stdout'])
  })

  test('passes its context, its own and the inherited variables on', async () => {
    process.env['RDS_TEST_INHERITED'] = 'yes'
    const names = [
      'RUN_ID',
      'SCHEDULE_ID',
      'JOB_NAME',
      'SCHEDULED_FOR',
      'TRIGGER',
      'ATTEMPT',
      'FENCE',
      'IDEMPOTENCY_KEY',
      'PARAMS',
    ]
    const program = `for (const n of ${JSON.stringify([...names, 'OWN', 'RDS_TEST_INHERITED'])}) console.log(n + '=' + process.env[n])`
    const { log } = await runAttempt(attemptRequest(nodeWork(program, { env: { OWN: 'mine' } })))
    expect(log?.trimEnd().split('\n')).toEqual([
      'RUN_ID=0193-run',
      'SCHEDULE_ID=nightly',
      'JOB_NAME=the-job',
      'SCHEDULED_FOR=2026-11-23T03:00:00.000Z',
      'TRIGGER=CRON',
      'ATTEMPT=2',
      'FENCE=17',
      'IDEMPOTENCY_KEY=0193-run',
      'PARAMS={"tenant":"acmé"}',
      'OWN=mine',
      'RDS_TEST_INHERITED=yes',
    ])
  })

  test('has no shell: its arguments arrive as they are', async () => {
    const args = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '$HOME', '*', 'a b', "'", '; exit 3', '']
    const { log } = await runAttempt(attemptRequest(commandWork(process.execPath, args)))
    expect(JSON.parse(log ?? '')).toEqual(args.slice(2))
  })

  test("runs in the config's folder, or in one relative to it", async () => {
    const program = `console.log(process.cwd())`
    expect((await runAttempt(attemptRequest(nodeWork(program)))).log).toBe(`${fixtures}\n`)
    expect((await runAttempt(attemptRequest(nodeWork(program, { cwd: '..' })))).log).toBe(`${path.dirname(fixtures)}\n`)
  })

  test('gets its stdin, or an empty one', async () => {
    const program = `process.stdin.on('data', d => console.log('<' + d + '>')).on('end', () => console.log('end'))`
    expect((await runAttempt(attemptRequest(nodeWork(program, { stdin: 'héllo' })))).log).toBe('<héllo>\nend\n')
    expect((await runAttempt(attemptRequest(nodeWork(program)))).log).toBe('end\n')
  })

  test('may leave a large stdin unread', async () => {
    const outcome = await runAttempt(attemptRequest(nodeWork(`process.exit(0)`, { stdin: 'x'.repeat(5_000_000) })))
    expect(outcome).toMatchObject({ status: 'COMPLETED', error: null })
  })

  test('may write megabytes: the last 64 KiB are kept', async () => {
    const program = `for (let i = 0; i < 300000; i++) console.log('line ' + i + ' of many, many lines')`
    const { log } = await runAttempt(attemptRequest(nodeWork(program)))
    expect(Buffer.byteLength(log ?? '')).toBeLessThanOrEqual(64 * 1024)
    expect(log).toMatch(/^\[… first \d{7,} bytes dropped\]\n[^]*line 299999 of many, many lines\n$/)
  })

  test('may write lines without an end, half characters and NULs', async () => {
    const program = `process.stdout.write('x'.repeat(20000)); process.stdout.write(Buffer.from([0xe2, 0x82])); setTimeout(() => process.stdout.write(Buffer.from([0xac, 0, 0xff])), 50)`
    const { log } = await runAttempt(attemptRequest(nodeWork(program)))
    expect(log).toBe(`${'x'.repeat(20_000)}€\ufffd\ufffd\n`)
  })

  test('keeps whole lines of stdout and stderr apart', async () => {
    const program = `process.stdout.write('half '); setTimeout(() => { process.stderr.write('error\\n'); setTimeout(() => process.stdout.write('whole\\n'), 50) }, 50)`
    expect((await runAttempt(attemptRequest(nodeWork(program)))).log).toBe('error\nhalf whole\n')
  })
})

describe('a command job that fails', () => {
  test('is FAILED with its exit code and the last line of stderr', async () => {
    const outcome = await runAttempt(
      attemptRequest(nodeWork(`console.error('a\\ndisk full\\n'); process.exitCode = 3`)),
    )
    expect(outcome).toMatchObject({ status: 'FAILED', output: { exitCode: 3, signal: null } })
    expect(outcome.error).toBe(`${process.execPath} exited with code 3: disk full`)
  })

  test('is completed with an exit code that counts as success, and 0 no longer does', async () => {
    const successExitCodes = [3, 4]
    const run = (code: number) =>
      runAttempt(attemptRequest(nodeWork(`process.exitCode = ${code}`, { successExitCodes })))
    expect(await run(4)).toMatchObject({ status: 'COMPLETED', output: { exitCode: 4 } })
    expect(await run(0)).toMatchObject({ status: 'FAILED' })
  })

  test('is FAILED with the signal that ended it', async () => {
    const outcome = await runAttempt(attemptRequest(nodeWork(`process.kill(process.pid, 'SIGSEGV')`)))
    expect(outcome).toMatchObject({ status: 'FAILED', output: { exitCode: null, signal: 'SIGSEGV' } })
    expect(outcome.error).toBe(`${process.execPath} was ended by SIGSEGV`)
  })

  test('says what to do when there is no such command', async () => {
    const outcome = await runAttempt(attemptRequest(commandWork('no-such-command')))
    expect(outcome).toMatchObject({ status: 'FAILED', output: null, log: null })
    expect(outcome.error).toBe(
      'command not found: no-such-command\nfix: install it where the pass runs, or give its full path',
    )
    const glued = await runAttempt(attemptRequest(commandWork('node -v')))
    expect(glued.error).toMatch(/^command not found: node -v\nfix: there is no shell/)
  })

  test('says what to do when the command cannot be executed', async () => {
    const file = path.join(folder, 'script.sh')
    writeFileSync(file, 'echo hello')
    const outcome = await runAttempt(attemptRequest(commandWork(file)))
    expect(outcome.error).toMatch(/^command not executable: .*\nfix: make it executable/)
  })

  test('says when its params are too large for a variable', async () => {
    const request = attemptRequest(nodeWork(''))
    const outcome = await runAttempt({ ...request, context: { ...request.context, params: 'x'.repeat(300_000) } })
    expect(outcome.error).toMatch(/params are too large\nfix: /)
  })

  test('names a working folder that does not exist', async () => {
    const outcome = await runAttempt(attemptRequest(nodeWork('', { cwd: 'nowhere' })))
    expect(outcome.error).toMatch(/the working folder of .* does not exist: .*fixtures\/nowhere$/)
  })
})

describe('a command job that is told to end', () => {
  test('gets SIGTERM at its timeout, and time to clean up', async () => {
    const { work, ready } = listening(`setTimeout(() => { console.log('cleaned up'); process.exit(7) }, 80)`)
    const outcome = await runAttempt(
      attemptRequest(work, { graceMs: 20_000, ...timeoutAfter(ready), job: { timeoutMs: 1500 } }),
    )
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', output: { exitCode: 7 }, log: 'cleaned up\n' })
    expect(outcome.error).toMatch(/^timed out after 1.5 s\n.* exited with code 7$/)
  })

  test('is killed after the grace when it ignores SIGTERM', async () => {
    const { work, ready } = listening(`console.log('got SIGTERM')`)
    const outcome = await runAttempt(
      attemptRequest(work, { graceMs: 2000, ...timeoutAfter(ready), job: { timeoutMs: 1500 } }),
    )
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', log: 'got SIGTERM\n' })
    expect(outcome.error).toBe('timed out after 1.5 s, it did not end within the grace of 2 s and was killed')
  })

  test.each([
    ['interrupted', 'INTERRUPTED', 'interrupted'],
    ['requested', 'CANCELLED', 'requested'],
  ] as const)('because of %s is %s', async (kind, status, reason) => {
    const outcome = await runAttempt(attemptRequest(commandWork('sleep', ['60']), { stop: stopAfter(100, kind) }))
    expect(outcome).toMatchObject({ status, reason, output: { exitCode: null, signal: 'SIGTERM' } })
    expect(outcome.error).toBe('told to stop\nsleep was ended by SIGTERM')
  })

  test('is COMPLETED when it exits with 0 in the grace', async () => {
    const { work, ready } = listening('process.exit(0)')
    const outcome = await runAttempt(attemptRequest(work, { graceMs: 20_000, stop: stopWith(ready, 'interrupted') }))
    expect(outcome).toMatchObject({ status: 'COMPLETED', error: null })
  })

  test('is INTERRUPTED when the platform signals it a moment before the pass tells it to stop', async () => {
    const work = nodeWork(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`)
    const controller = new AbortController()
    const attempt = runAttempt(attemptRequest(work, { stop: controller.signal }))
    await eventually(() => liveGroups().some((pid) => pid > 0 && !isRunning(pid)))
    controller.abort()
    expect(await attempt).toMatchObject({ status: 'INTERRUPTED' })
  })

  test('takes its children and grandchildren along', async () => {
    const file = path.join(folder, 'pids')
    const grandchild = `process.on('SIGTERM', () => {}); require('fs').appendFileSync('${file}', process.pid + '\\n'); setInterval(() => {}, 1000)`
    const child = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); ${grandchild}`
    const work = nodeWork(
      `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`,
    )
    const controller = new AbortController()
    const attempt = runAttempt(attemptRequest(work, { stop: controller.signal, graceMs: 300 }))
    await eventually(() => pidsIn(file).length === 2)
    controller.abort()
    const outcome = await attempt
    expect(outcome).toMatchObject({ status: 'INTERRUPTED' })
    await eventually(() => pidsIn(file).every((pid) => !isRunning(pid)))
    expect(outcome.durationMs).toBeLessThan(60_000)
  })
})

describe('a command job that leaves processes behind', () => {
  test('ends with them, although they hold its output open', async () => {
    const { log, ...outcome } = await runAttempt(attemptRequest(commandWork('sh', ['-c', 'sleep 300 & echo $!'])))
    expect(outcome).toMatchObject({ status: 'COMPLETED' })
    expect(outcome.durationMs).toBeLessThan(5000)
    await eventually(() => !isRunning(Number(log)))
  })

  test('ends with them when they ignore SIGTERM', async () => {
    const { log } = await runAttempt(attemptRequest(commandWork('sh', ['-c', `trap '' TERM; sleep 300 & echo $!`])))
    await eventually(() => !isRunning(Number(log)))
    expect(Number(log)).toBeGreaterThan(1)
  })

  test('does not wait for one that left its group with its output', async () => {
    const file = path.join(folder, 'left')
    const outcome = await runAttempt(
      attemptRequest(
        // Ends only when the other has left: until then it belongs to the group that ends with the job.
        commandWork('sh', [
          '-c',
          `setsid sh -c 'echo $$ > "$0"; exec sleep 300' '${file}' & until [ -s '${file}' ]; do sleep 0.02; done`,
        ]),
      ),
    )
    expect(outcome).toMatchObject({ status: 'COMPLETED' })
    expect(pidsIn(file)).toHaveLength(1)
    const [pid = 0] = pidsIn(file)
    // 0 would mean the whole group of the test run.
    expect(pid).toBeGreaterThan(1)
    process.kill(pid, 'SIGKILL')
  })

  test('ends with the pass when that ends first', async () => {
    const file = path.join(folder, 'outlived')
    execFile(process.execPath, [
      '--import',
      import.meta.resolve('jiti/register'),
      path.join(import.meta.dirname, 'fixtures/ending-pass.ts'),
      file,
    ])
    await eventually(() => pidsIn(file).length === 1)
    await eventually(() => pidsIn(file).every((pid) => !isRunning(pid)))
    expect(pidsIn(file)[0]).toBeGreaterThan(1)
  })

  test('is not on the list of live groups any more', () => {
    expect([...liveGroups()].filter((pid) => pid !== 0)).toEqual([])
  })
})

function pidsIn(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').map(Number)
  } catch {
    return []
  }
}
