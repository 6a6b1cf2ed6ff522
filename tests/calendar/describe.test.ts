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

  test.each([
    ['0 0 */2 * 1', 'At 00:00, every 2 days in a month, if it is also Monday'],
    ['0 0 */3 6 mon,tue', 'At 00:00, every 3 days in a month, if it is also Monday or Tuesday, only in June'],
    ['0 0 1 * */2', 'At 00:00, on day 1 of the month, if it is also Sunday, Tuesday, Thursday, or Saturday'],
    ['0 0 */2 * 5L', 'At 00:00, every 2 days in a month, if it is also the last Friday of the month'],
  ])('%s says that both day fields must match', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
  })

  test.each([
    ['0 0 1,* * 1', 'At 00:00'],
    ['0 0 *,1 * 1', 'At 00:00, only on Monday'],
    ['0 0 1-31 * 1', 'At 00:00'],
    ['0 0 13 * 0-6', 'At 00:00'],
    ['0 0 1 * *,1', 'At 00:00, on day 1 of the month'],
  ])('%s names every day in one of the day fields', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
  })

  test.each([
    ['0 0 * feb,2,FEB *', 'At 00:00, only in February'],
    ['0 0 * * 1,mon,1', 'At 00:00, only on Monday'],
    ['0 0 1-7,3 * *', 'At 00:00, between day 1 and 7 of the month'],
    ['0,30,0 9 * * *', 'At 0 and 30 minutes past the hour, at 09:00'],
    ['0 0 13 1-3,2 5', 'At 00:00, on day 13 of the month, or on Friday, January through March'],
    ['0-59 * * 1-12 *', 'Every minute'],
    ['*,5 3 * * 0-7', 'Every minute, between 03:00 and 03:59'],
  ])('%s says nothing twice', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
  })

  test.each([
    ['0 0 * * */2', 'At 00:00, only on Sunday, Tuesday, Thursday, and Saturday'],
    ['0 0 * * 1-5/2', 'At 00:00, only on Monday, Wednesday, and Friday'],
    [
      '0 0 1 * 1-3/2,5L',
      'At 00:00, on day 1 of the month, or on Monday and Wednesday and on the last Friday of the month',
    ],
    ['*/45 * * * *', 'At 0 and 45 minutes past the hour'],
    ['50/30 * * * *', 'At 50 minutes past the hour'],
    ['0 */5 * * *', 'At 00:00, 05:00, 10:00, 15:00 and 20:00'],
    ['0 20/5 * * *', 'At 20:00'],
    ['0 0 28/9 11/5 *', 'At 00:00, on day 28 of the month, only in November'],
    ['7-7 3-3 * * *', 'At 03:07'],
  ])('%s does not say of steps what is not so', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
  })

  test.each([
    ['*/7 * * * *', 'Every 7 minutes'],
    ['5/10 * * * *', 'Every 10 minutes, starting at 5 minutes past the hour'],
    ['30 */6 * * *', 'At 30 minutes past the hour, every 6 hours'],
    ['10-50/20 * * * *', 'Every 20 minutes, minutes 10 through 50 past the hour'],
  ])('%s says its step', (cron, words) => {
    expect(describeCron(cron)).toBe(words)
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
