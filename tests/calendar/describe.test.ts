import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeCron } from '../../src/calendar.js'
import { cronExpressions } from './arbitraries.js'

describe('a cron expression in words', () => {
  test.each([
    ['30 2 * * mon-fri', 'At 02:30, Monday through Friday'],
    ['@DAILY', 'At 00:00'],
    ['@hourly', 'Every hour'],
    ['? ? ? ? ?', 'Every minute'],
    ['0 0 * * sat-sun', 'At 00:00, Saturday through Sunday'],
    ['0 0 1,l * *', 'At 00:00, on day 1 and the last day of the month'],
    ['0 0 * * 1#1,3#3', 'At 00:00, on the first Monday and third Wednesday of the month'],
    ['15 6 * jul 5L', 'At 06:15, on the last Friday of the month, only in July'],
  ])('%s reads "%s"', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
  })

  test.each([
    ['0 0 13 * 5', 'At 00:00, on day 13 of the month, or on Friday'],
    ['0 0 1-7 3 mon-fri', 'At 00:00, between day 1 and 7 of the month, or Monday through Friday, only in March'],
  ])('%s says that either day field may match', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
  })

  test('a step in a day field says that both must match', () => {
    expect(describeCron('0 0 */2 * 1')).toBe('At 00:00, every 2 days in a month, and on Monday')
  })

  test('every expression of the dialect has words', () => {
    fc.assert(
      fc.property(cronExpressions, (cron) => {
        expect(describeCron(cron)).toMatch(/^(At|Every|Minutes|Between|\d).*[^ ,]$/)
        expect(describeCron(cron)).not.toMatch(/undefined|null|NaN|error|\*/)
      }),
      { numRuns: 500, seed: 4 },
    )
  })
})
