import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../src/durations.js'

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    [' 5m ', 300_000],
    ['0s', 0],
    [1500, 1500],
    [0, 0],
  ])('reads %j as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '',
    ' ',
    'm',
    '5',
    '-5m',
    '5 m',
    '5M',
    '5min',
    '1h-30m',
    '1e3s',
    '٣s',
    `${'9'.repeat(40)}d`,
    '1m'.repeat(40),
  ])('refuses the text %j with a fix', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'DURATION_INVALID', exitCode: 2 }))
  })

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('refuses the number %d', (value) => {
    expect(() => parseDuration(value)).toThrow(/is not a duration/)
  })

  it('says of a bare number in a string that its unit is missing', () => {
    expect(() => parseDuration('90')).toThrow("'90' is not a duration: it has no unit")
  })

  it.each([
    ['10 min', "write '10m'"],
    ['5 Minutes', "write '5m'"],
    ['2 hrs', "write '2h'"],
    ['250 millis', "write '250ms'"],
    ['1 month', 'write a number with a unit'],
    ['soon', 'write a number with a unit'],
  ])('tells how to write %j', (text, fix) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ fix: expect.stringContaining(fix) as string }))
  })

  it('answers hostile text at once', () => {
    expect(() => parseDuration(`${'1'.repeat(100_000)}x`)).toThrow(/is not a duration/)
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [812.4, '812 ms'],
    [999.6, '1 s'],
    [1234, '1.2 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [185_000, '3 min 5 s'],
    [3_599_600, '1 h'],
    [7_800_000, '2 h 10 min'],
    [86_399_000, '1 d'],
    [350_000_000, '4 d 1 h'],
    [-1500, '-1.5 s'],
    [Number.NaN, 'unknown'],
  ])('shows %d ms as %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('never shows a part that fills the next unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/\b(1000 ms|60 s|60 min|24 h)\b/)
      }),
    )
  })
})
