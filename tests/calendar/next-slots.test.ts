import { describe, expect, test } from 'vitest'
import { nextSlots } from '../../src/calendar.js'

describe('nextSlots', () => {
  test('lists slots strictly after an instant', () => {
    const slots = nextSlots('0 9 * * mon-fri', 'Europe/Berlin', new Date('2026-10-23T07:00:00Z'), 3)
    expect(slots.map(String)).toEqual(
      ['2026-10-26T08:00:00Z', '2026-10-27T08:00:00Z', '2026-10-28T08:00:00Z'].map((at) => String(new Date(at))),
    )
  })

  test('lists fewer when there are no more', () => {
    expect(nextSlots('0 0 1 1 *', 'UTC', new Date('9997-06-01T00:00:00Z'), 5)).toHaveLength(2)
  })

  test('lists none when none are asked for', () => {
    expect(nextSlots('* * * * *', 'UTC', new Date(0), 0)).toEqual([])
  })

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses to list %d slots', (count) => {
    expect(() => nextSlots('* * * * *', 'UTC', new Date(0), count)).toThrow('is not a whole number')
  })

  test('refuses what the dialect refuses', () => {
    expect(() => nextSlots('0 0 30 2 *', 'UTC', new Date(0), 1)).toThrow('month 2 has no day 30')
    expect(() => nextSlots('0 0 * * *', '+01:00', new Date(0), 1)).toThrow('is an offset')
    expect(() => nextSlots('0 0 * * *', 'UTC', new Date(Number.NaN), 1)).toThrow('not a date')
  })

  test.each([undefined, null, '2027-01-01', 0])('refuses to begin at %j', (after) => {
    expect(() => nextSlots('0 0 * * *', 'UTC', after as never, 1)).toThrow('not a date')
  })
})
