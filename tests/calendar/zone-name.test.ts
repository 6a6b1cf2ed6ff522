import { afterEach, describe, expect, test, vi } from 'vitest'
import { assertZoneName, unknownZone } from '../../src/calendar/zone-name.js'
import { offsetReader } from '../../src/calendar/zone-offset.js'

afterEach(() => vi.restoreAllMocks())

describe('the name of a time zone', () => {
  test('may be each of those that there are', () => {
    const names = [
      ...Intl.supportedValuesOf('timeZone'),
      'GMT+0',
      'GB-Eire',
      'W-SU',
      'NZ-CHAT',
      'Etc/GMT-14',
      'EST5EDT',
    ]
    for (const name of names) expect(() => assertZoneName(name)).not.toThrow()
  })

  // The first formatter of a process takes some 20 ms; a clock would say so of a machine, not of the code.
  test.each([
    ['a zone that ends in nothing', 'Europe/'],
    ['many regions', 'a/'.repeat(31)],
    ['letters of no alphabet', '\u{1f642}'.repeat(30)],
    ['what a database would read', "UTC'; DROP TABLE JobRun; --"],
    ['line ends', 'Europe/Berlin\nUTC'],
    ['a zero byte', 'UTC\0'],
    ['a path', '../../etc/localtime'],
    ['more than any name has', 'x'.repeat(100_000)],
  ])('is refused without a formatter where it is %s', (_, name) => {
    const formatters = vi.spyOn(Intl, 'DateTimeFormat')
    expect(() => offsetReader(name)).toThrow(expect.objectContaining({ code: 'TIMEZONE_INVALID' }))
    expect(formatters).not.toHaveBeenCalled()
  })

  test('that looks like one takes one formatter to be refused, and names are listed once', () => {
    unknownZone('Europe/Berlinn')
    const formatters = vi.spyOn(Intl, 'DateTimeFormat')
    const lists = vi.spyOn(Intl, 'supportedValuesOf')
    for (let n = 0; n < 50; n += 1) {
      expect(() => offsetReader(`${'x'.repeat(n)}/Olympus`.replace(/^\//, 'Mars/'))).toThrow('is unknown')
    }
    expect(formatters).toHaveBeenCalledTimes(50)
    expect(lists).not.toHaveBeenCalled()
  })
})
