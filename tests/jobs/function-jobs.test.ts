/* eslint-disable @typescript-eslint/only-throw-error, @typescript-eslint/prefer-promise-reject-errors -- jobs throw anything */
import { getEventListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'

import type { JobContext } from '../../src/domain/job.js'
import type { JobFunction } from '../../src/jobs/job.js'
import { runAttempt } from '../../src/jobs/run-attempt.js'
import { attemptRequest, CONTEXT, functionWork, stopAfter } from './attempt-request.js'

const never = new Promise(() => undefined)

describe('a function job', () => {
  test('is given its context, and what it returns is the output', async () => {
    let given: JobContext | undefined
    const outcome = await runAttempt(
      attemptRequest(
        functionWork((context) => {
          given = context
          return { sent: 42 }
        }),
      ),
    )
    expect(outcome).toMatchObject({ status: 'COMPLETED', reason: null, output: { sent: 42 }, error: null, log: null })
    expect(outcome.durationMs).toBeLessThan(5000)
    expect(given).toMatchObject(CONTEXT)
  })

  test('cannot change the params of the next attempt', async () => {
    const work = functionWork(({ params, scheduledFor }) => {
      ;(params as Record<string, string>)['tenant'] = 'changed'
      scheduledFor.setTime(0)
    })
    await runAttempt(attemptRequest(work))
    expect(CONTEXT.params).toEqual({ tenant: 'acmé' })
    expect(CONTEXT.scheduledFor.getTime()).not.toBe(0)
  })

  test('writes log lines with time, level and details', async () => {
    const work = functionWork(({ log }) => {
      log('plain')
      log.info('with details', { a: { b: [1, 2] } })
      log.warn('careful')
      log.error('broken', new Error('inner'))
      log(7n as unknown as string, { [Symbol.for('nodejs.util.inspect.custom')]: () => boom() })
      log('nul\0char')
    })
    const { log } = await runAttempt(attemptRequest(work))
    const lines = (log ?? '').split('\n')
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z plain$/)
    expect(lines[1]).toMatch(/Z with details { a: { b: \[ 1, 2 \] } }$/)
    expect(lines[2]).toMatch(/Z WARN careful$/)
    expect(lines[3]).toMatch(/Z ERROR broken Error: inner$/)
    expect(log).toMatch(/Z 7n \[cannot be shown\]\n/)
    expect(log).toContain('nul\ufffdchar')
  })

  test('keeps the last 64 KiB of its log', async () => {
    const work = functionWork(({ log }) => {
      for (let line = 0; line < 20_000; line++) log(`line ${line} ünïcode`)
    })
    const { log } = await runAttempt(attemptRequest(work))
    expect(Buffer.byteLength(log ?? '')).toBeLessThanOrEqual(64 * 1024)
    expect(log).toMatch(/^\[… first \d+ bytes dropped\]\n/)
    expect(log).toMatch(/line 19999 ünïcode\n$/)
  })

  test('reports progress between 0 and 1', async () => {
    const seen: unknown[] = []
    const work = functionWork(({ progress }) => {
      progress(-1)
      progress(0.5, 'half')
      progress(7, 'x'.repeat(500))
      progress(0.1, `${'x'.repeat(199)}😀`)
      progress(Number.NaN)
      progress(0.2, Object.create(null) as string)
    })
    await runAttempt(attemptRequest(work, { onProgress: (fraction, note) => seen.push([fraction, note]) }))
    expect(seen).toEqual([
      [0, null],
      [0.5, 'half'],
      [1, 'x'.repeat(200)],
      [0.1, `${'x'.repeat(199)}\ufffd`],
      [0, null],
      [0.2, '[Object: null prototype] {}'],
    ])
  })

  test('is completed although its output is not JSON: the error says what was not stored', async () => {
    const outcome = await runAttempt(attemptRequest(functionWork(() => ({ big: 1n }))))
    expect(outcome).toMatchObject({ status: 'COMPLETED', output: null })
    expect(outcome.error).toMatch(/^output was not stored: .*BigInt/)
    expect(outcome.log).toMatch(/WARN output was not stored: /)
  })
})

describe('a function job that fails', () => {
  test.each<[string, JobFunction, RegExp]>([
    [
      'an error',
      () => {
        throw new TypeError('no such tenant')
      },
      /^TypeError: no such tenant\n\s+at /,
    ],
    ['a plain error', () => Promise.reject(new Error('boom')), /^boom\n\s+at /],
    [
      'a cause',
      () => {
        throw new Error('outer', { cause: new Error('inner', { cause: 'root' }) })
      },
      /outer[^]*caused by: inner[^]*caused by: root/,
    ],
    [
      'several errors',
      () => Promise.any([Promise.reject(new Error('one')), Promise.reject(new Error('two'))]),
      /caused by: one[^]*caused by: two/,
    ],
    [
      'a string',
      () => {
        throw 'just text'
      },
      /^just text$/,
    ],
    [
      'an empty string',
      () => {
        throw ''
      },
      /^threw an empty string$/,
    ],
    ['undefined', () => Promise.reject(undefined), /^threw undefined$/],
    [
      'an object',
      () => {
        throw { code: 5 }
      },
      /^threw { code: 5 }$/,
    ],
    [
      'an object without prototype',
      () => {
        throw Object.create(null)
      },
      /^threw \[Object: null prototype\] {}$/,
    ],
    [
      'an error that cannot be read',
      () => {
        throw Object.defineProperty(new Error('x'), 'message', {
          get: () => {
            throw new Error()
          },
        })
      },
      /cannot be shown/,
    ],
    [
      'an error without a message',
      () => {
        throw new RangeError()
      },
      /^RangeError/,
    ],
  ])('is FAILED with what it threw: %s', async (_, run, error) => {
    const outcome = await runAttempt(attemptRequest(functionWork(run)))
    expect(outcome).toMatchObject({ status: 'FAILED', reason: null, output: null })
    expect(outcome.error).toMatch(error)
  })

  test('keeps the stack of the job, without the frames of this package', async () => {
    const { error } = await runAttempt(attemptRequest(functionWork(() => Promise.reject(new Error('boom')))))
    expect(error).toMatch(/^boom\n\s+at .*function-jobs\.test\.ts/)
    expect(error).not.toContain('call-function')
  })

  test('keeps its error below 16 KiB', async () => {
    const work = functionWork(() => {
      throw new Error('é'.repeat(40_000))
    })
    const { error } = await runAttempt(attemptRequest(work))
    expect(Buffer.byteLength(error ?? '')).toBeLessThanOrEqual(16 * 1024)
    expect(error).toMatch(/é…$/)
  })

  test('fails when it cannot be loaded, and loads anew at the next attempt', async () => {
    let loads = 0
    const load = (): Promise<JobFunction> => {
      loads++
      return loads === 1 ? Promise.reject(new Error('no such module')) : Promise.resolve(() => 'fine')
    }
    expect(await runAttempt(attemptRequest({ kind: 'function', load }))).toMatchObject({
      status: 'FAILED',
      error: expect.stringMatching(/^no such module/) as string,
    })
    expect(await runAttempt(attemptRequest({ kind: 'function', load }))).toMatchObject({
      status: 'COMPLETED',
      output: 'fine',
    })
  })
})

describe('a function job that runs past its timeout', () => {
  test('sees its signal abort with a TimeoutError and is TIMED_OUT when it obeys', async () => {
    let reason: unknown
    const work = functionWork(async ({ signal }) => {
      await delay(10_000, undefined, { signal }).finally(() => {
        reason = signal.reason
      })
    })
    const outcome = await runAttempt(attemptRequest(work, { job: { timeoutMs: 40 } }))
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', reason: null, error: 'timed out after 40 ms' })
    expect(reason).toMatchObject({ name: 'TimeoutError', message: 'timed out after 40 ms' })
  })

  test('is TIMED_OUT also when it completes in the grace, with its output', async () => {
    const outcome = await runAttempt(
      attemptRequest(
        functionWork(() => delay(80, 'done')),
        { job: { timeoutMs: 20 } },
      ),
    )
    expect(outcome).toMatchObject({
      status: 'TIMED_OUT',
      output: 'done',
      error: 'timed out after 20 ms, it finished only after that',
    })
  })

  test('is TIMED_OUT with what it threw when it fails in the grace', async () => {
    const work = functionWork(async () => {
      await delay(60)
      throw new Error('rollback failed')
    })
    const outcome = await runAttempt(attemptRequest(work, { job: { timeoutMs: 20 } }))
    expect(outcome.status).toBe('TIMED_OUT')
    expect(outcome.error).toMatch(/^timed out after 20 ms\nrollback failed/)
  })

  test('is TIMED_OUT also with an error that cannot be shown', async () => {
    const work = functionWork(async ({ signal }) => {
      await delay(10_000, undefined, { signal }).catch(() => undefined)
      throw Object.defineProperty(new Error(), 'name', {
        get: () => {
          throw new Error('no name')
        },
      })
    })
    const outcome = await runAttempt(attemptRequest(work, { job: { timeoutMs: 20 }, graceMs: 60_000 }))
    expect(outcome).toMatchObject({
      status: 'TIMED_OUT',
      error: 'timed out after 20 ms\nthrew something that cannot be shown',
    })
  })

  test('is left behind after the grace when it ignores the signal', async () => {
    const outcome = await runAttempt(
      attemptRequest(
        functionWork(() => never),
        { graceMs: 60, job: { timeoutMs: 20 } },
      ),
    )
    expect(outcome).toMatchObject({
      status: 'TIMED_OUT',
      error: 'timed out after 20 ms, it did not end within the grace of 60 ms and was left behind',
    })
    expect(outcome.durationMs).toBeGreaterThanOrEqual(75)
  })

  test('is TIMED_OUT when it blocked the event loop, so that no timer could fire', async () => {
    const work = functionWork(() => {
      const until = performance.now() + 60
      while (performance.now() < until);
    })
    expect(await runAttempt(attemptRequest(work, { job: { timeoutMs: 20 } }))).toMatchObject({ status: 'TIMED_OUT' })
  })

  describe('and was left behind', () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    afterEach(() => process.off('unhandledRejection', note))

    test('may reject, log and report as late as it likes without effect', async () => {
      process.on('unhandledRejection', note)
      const seen: number[] = []
      let end = (): void => undefined
      const given = new Promise<void>((resolve) => (end = resolve))
      let late: Promise<void> | undefined
      const work = functionWork(({ log, progress }) => {
        late = given.then(() => {
          log('too late')
          progress(0.9)
        })
        return late.then(() => Promise.reject(new Error('too late')))
      })
      const request = attemptRequest(work, {
        graceMs: 20,
        job: { timeoutMs: 20 },
        onProgress: (fraction) => seen.push(fraction),
      })
      const outcome = await runAttempt(request)
      end()
      await late
      await delay(20)
      expect(outcome).toMatchObject({ status: 'TIMED_OUT', log: null })
      expect([seen, rejections]).toEqual([[], []])
    })
  })
})

describe('a function job that is told to stop', () => {
  const obedient = functionWork(({ signal }) => delay(10_000, undefined, { signal }))

  test.each([
    ['interrupted', 'INTERRUPTED', 'interrupted'],
    ['lease-lost', 'INTERRUPTED', 'interrupted'],
    ['requested', 'CANCELLED', 'requested'],
    ['replaced', 'CANCELLED', 'replaced'],
  ] as const)('because of %s is %s', async (kind, status, reason) => {
    const outcome = await runAttempt(attemptRequest(obedient, { stop: stopAfter(20, kind, 'stopped by SIGTERM') }))
    expect(outcome).toMatchObject({ status, reason, output: null, error: 'stopped by SIGTERM' })
  })

  test('is COMPLETED when it completes in the grace', async () => {
    const outcome = await runAttempt(
      attemptRequest(
        functionWork(() => delay(60, 'done')),
        { stop: stopAfter(10, 'requested') },
      ),
    )
    expect(outcome).toMatchObject({ status: 'COMPLETED', output: 'done', error: null })
  })

  test('sees the stop request as the reason of its signal', async () => {
    let reason: unknown
    const work = functionWork(async ({ signal }) => {
      await delay(10_000, undefined, { signal }).catch(() => {
        reason = signal.reason
      })
      throw new Error('gave up')
    })
    const outcome = await runAttempt(attemptRequest(work, { stop: stopAfter(10, 'replaced') }))
    expect(reason).toMatchObject({ name: 'StopRequest', kind: 'replaced' })
    expect(outcome).toMatchObject({
      status: 'CANCELLED',
      error: expect.stringMatching(/^told to stop\ngave up/) as string,
    })
  })

  test('is left behind after the grace when it ignores the signal', async () => {
    const outcome = await runAttempt(
      attemptRequest(
        functionWork(() => never),
        { graceMs: 30, stop: stopAfter(10, 'interrupted') },
      ),
    )
    expect(outcome).toMatchObject({
      status: 'INTERRUPTED',
      error: 'told to stop, it did not end within the grace of 30 ms and was left behind',
    })
  })

  test('before it began never begins', async () => {
    let hasBegun = false
    const work = functionWork(() => {
      hasBegun = true
    })
    const outcome = await runAttempt(attemptRequest(work, { stop: AbortSignal.abort() }))
    expect(outcome).toMatchObject({ status: 'INTERRUPTED', error: 'the run was told to stop' })
    expect(hasBegun).toBe(false)
  })

  test('after its timeout stays TIMED_OUT', async () => {
    const request = attemptRequest(
      functionWork(() => never),
      { graceMs: 60, stop: stopAfter(40, 'requested'), job: { timeoutMs: 10 } },
    )
    expect(await runAttempt(request)).toMatchObject({ status: 'TIMED_OUT' })
  })

  test('leaves no listener on the stop signal of the pass', async () => {
    const controller = new AbortController()
    await Promise.all(
      Array.from({ length: 50 }, () =>
        runAttempt(
          attemptRequest(
            functionWork(() => 1),
            { stop: controller.signal },
          ),
        ),
      ),
    )
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })
})

function boom(): never {
  throw new Error('boom')
}
