import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { RetryPolicy } from '../../src/domain/job.js'
import { conclude } from '../../src/jobs/ending.js'
import { retryDelayMs } from '../../src/jobs/retry-delay.js'
import { selectJobs } from '../../src/jobs/select-jobs.js'
import { storableOutput } from '../../src/jobs/storable-output.js'
import { TailBuffer } from '../../src/jobs/tail-buffer.js'
import { cutText, headOf, tailOf } from '../../src/jobs/utf8.js'

describe('the delay before a retry', () => {
  const policy: RetryPolicy = { attempts: 9, delayMs: 1000, backoff: 'exponential', maxDelayMs: 10_000 }
  const delays = (backoff: RetryPolicy['backoff']): number[] =>
    [1, 2, 3, 4, 5, 6, 7].map((attempt) => retryDelayMs({ ...policy, backoff }, attempt))

  test('is none for the first attempt and doubles up to the cap when exponential', () => {
    expect(delays('exponential')).toEqual([0, 1000, 2000, 4000, 8000, 10_000, 10_000])
  })
  test('grows evenly when linear and stays when fixed', () => {
    expect(delays('linear')).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000])
    expect(delays('fixed')).toEqual([0, 1000, 1000, 1000, 1000, 1000, 1000])
  })
  test('stays capped after thousands of attempts', () => {
    expect(retryDelayMs(policy, 5000)).toBe(10_000)
  })
})

describe('the error of an attempt that was stopped and did not end', () => {
  const halt = { kind: 'interrupted', message: 'the pass was stopped by SIGTERM' } as const
  const errorOf = (fate: 'left behind' | 'killed', graceMs: number | null) =>
    conclude({ kind: 'unsettled', fate }, halt, graceMs).error

  test('names the grace that it was given, or says that this was cut short', () => {
    expect(errorOf('left behind', 10_000)).toBe(
      'the pass was stopped by SIGTERM, it did not end within the grace of 10 s and was left behind',
    )
    expect(errorOf('killed', null)).toBe(
      'the pass was stopped by SIGTERM, it did not end within the time that was left and was killed',
    )
  })
})

describe('the jobs of a schedule', () => {
  const jobs = new Map([
    ['b', { group: 'x' }],
    ['a', { group: null }],
    ['c', { group: 'x' }],
  ])

  test('are all of the config in declared order', () => {
    const selected = selectJobs({ executionMode: 'ALL_JOBS', jobGroup: null, jobNames: null }, jobs)
    expect(selected).toEqual({ jobNames: ['b', 'a', 'c'], missingJobs: [], missingGroup: null })
  })
  test('are those of a group in declared order', () => {
    const selected = selectJobs({ executionMode: 'JOB_GROUP', jobGroup: 'x', jobNames: null }, jobs)
    expect(selected).toEqual({ jobNames: ['b', 'c'], missingJobs: [], missingGroup: null })
  })
  test('leave a group that no job is in for another config', () => {
    const selected = selectJobs({ executionMode: 'JOB_GROUP', jobGroup: 'y', jobNames: null }, jobs)
    expect(selected).toEqual({ jobNames: [], missingJobs: [], missingGroup: 'y' })
  })
  test('are those of a list in its order, each once, and the list tells which are missing', () => {
    const selected = selectJobs({ executionMode: 'JOB_LIST', jobGroup: null, jobNames: ['c', 'z', 'b', 'c'] }, jobs)
    expect(selected).toEqual({ jobNames: ['c', 'b'], missingJobs: ['z'], missingGroup: null })
  })
})

describe('a tail buffer', () => {
  test('keeps a short text whole, the full capacity included', () => {
    const tail = new TailBuffer(100)
    tail.write('x'.repeat(60))
    tail.write('y'.repeat(40))
    expect(tail.toString()).toBe('x'.repeat(60) + 'y'.repeat(40))
  })
  test('keeps the end of a text that arrives in pieces, whole characters, and says what is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 90 }), { maxLength: 30 }), (pieces) => {
        const tail = new TailBuffer(200)
        for (const piece of pieces) tail.write(piece)
        const whole = pieces.join('')
        const kept = tail.toString()
        if (Buffer.byteLength(whole) <= 200) return kept === Buffer.from(whole).toString()
        const [, dropped, text] = /^\[… first (\d+) bytes dropped\]\n(.*)$/s.exec(kept) ?? []
        const isAllThere = Number(dropped) + Buffer.byteLength(text ?? '') === Buffer.byteLength(whole)
        return isAllThere && whole.endsWith(text ?? '?') && Buffer.byteLength(kept) <= 200
      }),
    )
    expect(new TailBuffer(200).toString()).toBe('')
  })
})

describe('cutting UTF-8', () => {
  test('never leaves half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, max) => {
        const bytes = Buffer.from(text)
        const [head, tail] = [headOf(bytes, max), tailOf(bytes, max)]
        return (
          text.startsWith(head) &&
          text.endsWith(tail) &&
          Buffer.byteLength(head) <= max &&
          Buffer.byteLength(tail) <= max
        )
      }),
    )
    expect(cutText('aé€😀', 6)).toBe('aé…')
  })
  test('walks no further than a character is long through bytes that are no text', () => {
    expect(headOf(Buffer.alloc(100, 0x80), 50)).toHaveLength(47)
    expect(tailOf(Buffer.alloc(100, 0x80), 50)).toHaveLength(47)
  })
})

describe('what of an output is stored', () => {
  test.each([
    ['a BigInt', 1n, /BigInt/],
    ['a function', () => 1, /a function is not JSON/],
    ['a symbol', Symbol('s'), /a symbol is not JSON/],
    ['a circle', circle(), /circular structure/],
    ['a getter that throws', Object.defineProperty({}, 'x', { enumerable: true, get: () => boom() }), /boom/],
    ['a thrown nothing', { toJSON: () => boom(null) }, /cannot be turned into JSON/],
  ])('is nothing, with the reason, for %s', (_, value, reason) => {
    const stored = storableOutput(value)
    expect(stored.output).toBeNull()
    expect(stored.note).toMatch(/^output was not stored: /)
    expect(stored.note).toMatch(reason)
    expect(stored.note).not.toContain('\n')
  })
  test('is null for undefined, and JSON as it would be read back', () => {
    expect(storableOutput(undefined)).toEqual({ output: null, note: null })
    const value = { at: new Date(0), nothing: undefined, list: [undefined, Number.NaN] }
    expect(storableOutput(value).output).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [null, null] })
  })
  test('holds no half surrogate pairs, which MySQL refuses', () => {
    expect(storableOutput({ 'k\ud800': ['a\udc00b'] }).output).toEqual({ 'k\ufffd': ['a\ufffdb'] })
  })
  test('is a note and the first part above 64 KiB, itself below 64 KiB', () => {
    for (const unit of ['x', '"', '\\', '😀', '\u0001', '\ud800']) {
      const { output } = storableOutput(unit.repeat(70_000))
      const { truncated, bytes, head } = output as { truncated: boolean; bytes: number; head: string }
      expect(truncated).toBe(true)
      expect(bytes).toBe(Buffer.byteLength(JSON.stringify(unit.repeat(70_000))))
      expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThan(64 * 1024)
      expect(Buffer.byteLength(head)).toBeGreaterThan(20 * 1024)
      expect(head).not.toContain('\ufffd')
    }
  })
  test('is a note and the first part beyond 30 levels, which MariaDB refuses soon after', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'core' : [nested(levels - 1)])
    expect(storableOutput(nested(30)).output).toEqual(nested(30))
    expect(storableOutput(nested(31)).output).toMatchObject({ truncated: true, head: JSON.stringify(nested(31)) })
    expect(storableOutput(nested(1000)).output).toMatchObject({ truncated: true, bytes: 2006 })
  })
  test('is whole at exactly 64 KiB', () => {
    const text = 'x'.repeat(64 * 1024 - 2)
    expect(storableOutput(text).output).toBe(text)
    expect(storableOutput(`${text}x`).output).toMatchObject({ truncated: true, bytes: 64 * 1024 + 1 })
  })
})

function circle(): unknown {
  const round: Record<string, unknown> = {}
  round['self'] = round
  return round
}

function boom(thrown: unknown = new Error('boom')): never {
  throw thrown
}
