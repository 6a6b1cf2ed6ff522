import { describe, expect, it } from 'vitest'
import { parseLocalTime, parsePauseEnd } from '../../src/web/pages/form.js'
import { errorPage } from '../../src/web/pages/error-page.js'
import { formatIn, formatRelative } from '../../src/web/pages/format.js'
import { punctuality } from '../../src/web/pages/punctuality.js'

const HOUR = 3_600_000
const at = (text: string) => new Date(`2026-11-23T${text}Z`)
const pass = (text: string) => ({ startedAt: at(text) })

describe('the punctuality of a pass', () => {
  it('does not mind the seconds that platforms take to start', () => {
    expect(punctuality(pass('10:00:45'), pass('09:00:02'), HOUR)).toMatchObject({
      lateMs: 43_000,
      isLate: false,
      missing: 0,
    })
    expect(punctuality(pass('10:00:02'), pass('09:00:45'), HOUR)).toMatchObject({
      lateMs: 0,
      isLate: false,
      missing: 0,
    })
  })

  it('calls a pass late after five minutes, or a quarter of a short interval', () => {
    expect(punctuality(pass('10:09:00'), pass('09:00:00'), HOUR)).toMatchObject({ isLate: true, missing: 0 })
    expect(punctuality(pass('09:06:30'), pass('09:00:00'), 5 * 60_000)).toMatchObject({ isLate: true, missing: 0 })
  })

  it('counts the passes that never came', () => {
    expect(punctuality(pass('12:00:10'), pass('09:00:00'), HOUR)).toMatchObject({
      missing: 2,
      sincePreviousMs: 3 * HOUR + 10_000,
    })
  })
})

describe('times that people type', () => {
  it('are UTC, with or without seconds', () => {
    expect(parseLocalTime('2026-11-23T14:00', 'from')).toEqual(at('14:00:00'))
    expect(parseLocalTime('2026-11-23T14:00:05.250Z', 'from')).toEqual(at('14:00:05.250'))
    expect(parseLocalTime('', 'from')).toBeNull()
  })

  it.each(['yesterday', '2026-02-31T00:00', '2026-11-23', '2026-11-23T25:00', '2026-11-23T14:00+02:00'])(
    'are refused when they are none: %s',
    (text) => {
      expect(() => parseLocalTime(text, 'from')).toThrow(/is not a time/)
    },
  )

  it('end a pause after a while, at an instant, or never', () => {
    const form = (fields: Record<string, string>) => (name: string) => fields[name] ?? ''
    expect(parsePauseEnd(form({ for: '4h' }), at('10:00:00'))).toEqual(at('14:00:00'))
    expect(parsePauseEnd(form({ for: '4h', until: '2026-11-23T11:00' }), at('10:00:00'))).toEqual(at('11:00:00'))
    expect(parsePauseEnd(form({}), at('10:00:00'))).toBeNull()
  })
})

describe('times that people read', () => {
  it('are in the zone of the schedule, or in UTC where the zone is unknown', () => {
    const now = at('12:00:00')
    expect(formatIn(at('23:30:00'), 'Europe/Berlin', false, now)).toBe('Tue 24 Nov, 00:30')
    expect(formatIn(at('23:30:00'), 'Nowhere/Land', false, now)).toBe('Mon 23 Nov, 23:30')
  })

  it('name their year where it is not this one, in the zone that they are told in', () => {
    const [yearsEnd, now] = [new Date('2025-12-31T23:30:00Z'), at('12:00:00')]
    expect(formatIn(yearsEnd, 'UTC', false, now)).toBe('Wed 31 Dec 2025, 23:30')
    expect(formatIn(yearsEnd, 'Europe/Berlin', true, now)).toBe('Thu 1 Jan, 00:30:00')
    expect(formatIn(at('12:00:00'), 'UTC', false, yearsEnd)).toBe('Mon 23 Nov 2026, 12:00')
  })

  it('are told by their largest unit', () => {
    expect(formatRelative(at('10:00:00'), at('10:12:00'))).toBe('12 min ago')
    expect(formatRelative(at('13:00:00'), at('10:00:00'))).toBe('in 3 h')
    expect(formatRelative(at('10:00:00'), at('10:00:00'))).toBe('now')
  })
})

describe('the page in place of one that cannot be', () => {
  it.each([
    [403, 'FORBIDDEN', 'Not for this role'],
    [403, 'CSRF', 'This page is out of date'],
    [403, 'CROSS_ORIGIN', 'This came from another site'],
    [404, 'RUN_NOT_FOUND', 'There is no such run'],
    [503, 'BUSY', 'Too many ask at once'],
    [503, 'DATABASE_UNREACHABLE', 'The database is away'],
    [503, 'DATABASE_NOT_MIGRATED', 'The database is not ready'],
    [409, 'CONFLICT', 'Not now'],
  ])('is named by what happened: %i %s', async (status, code, title) => {
    const about = { nonce: '', session: null, message: 'it is so', fix: null, form: null, again: null }
    const text = String(await errorPage({ ...about, status, code }))
    expect(text).toContain(`<h1>${title}</h1>`)
    expect(text).toContain('It is so.')
  })
})
