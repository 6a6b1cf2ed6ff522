import { describe, expect, test } from 'vitest'
import { adviseAll, cadenceAdvice, type Advised } from '../../src/calendar/advice.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function advised(change: Partial<Advised> & { id?: string }): Advised & { id: string } {
  return {
    id: 'a',
    cron: '*/5 * * * *',
    timezone: 'UTC',
    catchUp: 'latest',
    catchUpLimit: 100,
    overlap: 'wait',
    ...change,
  }
}

describe('cadence advice', () => {
  test.each([
    ['*/5 * * * *', 'UTC', HOUR_MS, 'with a pass every 1 h, 12 slots merge into one run'],
    ['0,30 9-17 * * *', 'UTC', HOUR_MS, 'with a pass every 1 h, 2 slots merge into one run'],
    ['* * * * *', 'UTC', 24 * HOUR_MS, 'with a pass every 1 d, 1440 slots merge into one run'],
    ['*/5 9 1 * *', 'UTC', HOUR_MS, 'with a pass every 1 h, 11 slots merge into one run'],
    ['*/2 9 1 * *', 'UTC', HOUR_MS, 'with a pass every 1 h, 29 slots merge into one run'],
    ['* * * 7 *', 'UTC', HOUR_MS, 'with a pass every 1 h, 60 slots merge into one run'],
    ['* * * 7 *', 'UTC', 24 * HOUR_MS, 'with a pass every 1 d, 1440 slots merge into one run'],
    ['0-10 0 29 2 *', 'UTC', HOUR_MS, 'with a pass every 1 h, 10 slots merge into one run'],
    ['0-10 0 * * *', 'UTC', 5 * HOUR_MS, 'with a pass every 5 h, 11 slots merge into one run'],
    ['* * * * *', 'UTC', 5 * 7 * 24 * HOUR_MS, 'with a pass every 35 d, 50400 slots merge into one run'],
    ['30 2 * * *', 'Europe/Berlin', HOUR_MS, 'with a pass every 1 h, starts near 03:00'],
    ['30 2,14 * * *', 'UTC', HOUR_MS, 'with a pass every 1 h, starts near 03:00, 15:00'],
    ['0 9 * * *', 'Asia/Kolkata', HOUR_MS, 'with a pass every 1 h, starts near 09:30'],
    ['30 2 29 2 *', 'UTC', HOUR_MS, 'with a pass every 1 h, starts near 03:00'],
    ['15 * * * *', 'UTC', HOUR_MS, 'with a pass every 1 h, starts up to 45 min late'],
    ['0 3 * * *', 'UTC', 24 * HOUR_MS, 'with a pass every 1 d, starts up to 1 d late'],
  ])('for %s in %s: a pass every %i ms', (cron, zone, interval, advice) => {
    expect(cadenceAdvice(advised({ cron, timezone: zone }), interval)).toBe(advice)
  })

  test.each([
    ['0 3 * * *', 'UTC', HOUR_MS],
    ['30 2 * * *', 'Asia/Kolkata', HOUR_MS],
    ['@hourly', 'Europe/Berlin', HOUR_MS],
    ['*/10 * * * *', 'UTC', 10 * MINUTE_MS],
    ['* * * * *', 'UTC', MINUTE_MS],
  ])('is not needed for %s in %s with a pass every %i ms', (cron, zone, interval) => {
    expect(cadenceAdvice(advised({ cron, timezone: zone }), interval)).toBeNull()
  })

  test.each<[string, Partial<Advised>]>([
    ['12 slots merge into one run', { catchUp: 'skip' }],
    ['12 slots run one after another', { catchUp: 'all' }],
    ['12 slots run side by side', { catchUp: 'all', overlap: 'allow' }],
    ['the newest 5 of 12 slots run one after another', { catchUp: 'all', catchUpLimit: 5 }],
  ])('says by the rule of catch-up that %s', (what, change) => {
    expect(cadenceAdvice(advised(change), HOUR_MS)).toBe(`with a pass every 1 h, ${what}`)
  })

  test('is told once for all schedules that share it, and leaves out what cannot be read', () => {
    const schedules = [
      advised({ id: 'a' }),
      advised({ id: 'b', cron: '@hourly' }),
      advised({ id: 'c', timezone: 'Europe/Berlin' }),
      advised({ id: 'd', cron: 'every day' }),
    ]
    expect(adviseAll(schedules, HOUR_MS)).toEqual([
      { advice: 'with a pass every 1 h, 12 slots merge into one run', scheduleIds: ['a', 'c'] },
    ])
  })
})
