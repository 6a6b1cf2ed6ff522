import { describe, expect, it } from 'vitest'
import {
  formatInstant,
  formatInstantFully,
  formatOffset,
  formatRelative,
  formatRelativeToTheMinute,
  isoInZone,
  localZone,
} from '../../src/cli/render/time.js'

const NOW = new Date('2026-11-23T15:48:20Z')
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)

describe('relative times', () => {
  it.each([
    [0, 'now'],
    [-0.9, 'now'],
    [1, 'in 1 s'],
    [-59, '59 s ago'],
    [59.6, 'in 1 min'],
    [-60, '1 min ago'],
    [12 * 60, 'in 12 min'],
    [59.5 * 60, 'in 1 h'],
    [-3 * 3600, '3 h ago'],
    [47 * 3600, 'in 47 h'],
    [48 * 3600, 'in 2 d'],
    [59 * 86_400, 'in 59 d'],
    [90 * 86_400, 'in 3 months'],
    [-3 * 365.25 * 86_400, '3 years ago'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatRelative(inSeconds(seconds), NOW)).toBe(text)
  })

  it('can be exact to the minute within a day', () => {
    expect(formatRelativeToTheMinute(inSeconds(75 * 60 + 20), NOW)).toBe('in 1 h 15 min')
    expect(formatRelativeToTheMinute(inSeconds(-2 * 3600), NOW)).toBe('2 h ago')
    expect(formatRelativeToTheMinute(inSeconds(90), NOW)).toBe('in 2 min')
    expect(formatRelativeToTheMinute(inSeconds(40 * 3600), NOW)).toBe('in 40 h')
  })
})

describe('instants', () => {
  it('are told in a zone, with the year where it is another', () => {
    expect(formatInstant(NOW, 'Europe/Berlin', NOW)).toBe('Mon 23 Nov 16:48')
    expect(formatInstant(new Date('2026-12-31T23:00:00Z'), 'Europe/Berlin', NOW)).toBe('Fri 01 Jan 2027 00:00')
    expect(formatInstantFully(new Date('2026-09-03T00:00:05Z'), 'UTC')).toBe('Thu 03 Sep 2026 00:00:05')
  })

  it('carry the offset of their zone', () => {
    expect(formatOffset(NOW, 'UTC')).toBe('+00:00')
    expect(formatOffset(NOW, 'America/St_Johns')).toBe('-03:30')
    expect(isoInZone(NOW, 'Asia/Kathmandu')).toBe('2026-11-23T21:33:20+05:45')
    expect(Date.parse(isoInZone(NOW, 'Pacific/Chatham'))).toBe(NOW.getTime())
  })

  it('are local to what TZ names, else to the system', () => {
    const system = new Intl.DateTimeFormat().resolvedOptions().timeZone
    expect(localZone({ TZ: 'Asia/Tokyo' })).toBe('Asia/Tokyo')
    expect(localZone({ TZ: ':Asia/Tokyo' })).toBe('Asia/Tokyo')
    expect(localZone({ TZ: 'Mars/Olympus' })).toBe(system)
    expect(localZone({ TZ: '' })).toBe(system)
  })
})
