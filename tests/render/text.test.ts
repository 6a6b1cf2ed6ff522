import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  errorHeadline,
  oneLine,
  padEnd,
  padStart,
  plural,
  printable,
  truncate,
  widthOf,
  wrap,
} from '../../src/cli/render/text.js'

describe('the width of a text', () => {
  it.each([
    ['abc', 3],
    ['報告書', 6],
    ['é', 1],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['…', 1],
    ['✓', 1],
  ])('%s takes the cells a terminal gives it', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })
})

describe('cutting and filling', () => {
  it('never splits a wide character nor passes the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        expect(widthOf(truncate(oneLine(text), limit))).toBeLessThanOrEqual(limit)
      }),
    )
  })

  it('cuts with an ellipsis, and leaves alone what fits', () => {
    expect(truncate('報告書を作成', 7)).toBe('報告書…')
    expect(truncate('報告書を作成', 6)).toBe('報告…')
    expect(truncate('hello world', 7)).toBe('hello…')
    expect(truncate('hello', 5)).toBe('hello')
    expect(truncate('hello world', 8, '...')).toBe('hello...')
  })

  it('fills by cells, not by characters', () => {
    expect(padEnd('報', 4)).toBe('報  ')
    expect(padStart('報', 4)).toBe('  報')
    expect(padEnd('too long', 3)).toBe('too long')
  })

  it('wraps at spaces', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('unbreakable text', 4)).toEqual(['unbreakable', 'text'])
    expect(wrap('', 4)).toEqual([''])
  })
})

describe('text from outside', () => {
  it('cannot drive the terminal', () => {
    expect(printable('a\u001b[31mred\u001b[0m\u001b]8;;http://x\u0007link\u001b]8;;\u0007\u009b2Jb')).toBe('aredlinkb')
    expect(printable('bell\u0007 back\u0008 del\u007f rtl\u202e')).toBe('bell back del rtl')
    expect(printable('50 %\rdone\r\nnext\ttab')).toBe('50 %done\nnext    tab')
  })

  it('an error is told on one line without its stack', () => {
    const error =
      'DatabaseError: no\n  row is left\n    at save (/app/jobs/a.js:3:5)\n    at run (/app/jobs/a.js:9:1)\ncaused by: x'
    expect(errorHeadline(error)).toBe('DatabaseError: no row is left')
    expect(errorHeadline('exited with code 2: look at the log')).toBe('exited with code 2: look at the log')
  })

  it('never keeps a control character but the line break', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
        expect(oneLine(text)).not.toContain('\n')
      }),
    )
  })
})

describe('counting', () => {
  it('knows one from many', () => {
    expect([plural(0, 'run'), plural(1, 'run'), plural(1234, 'run')]).toEqual(['0 runs', '1 run', '1,234 runs'])
  })
})
