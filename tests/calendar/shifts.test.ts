import { describe, expect, test } from 'vitest'
import { markSlot, yearReport } from '../../src/calendar/shifts.js'

const YEAR = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')] as const

describe('the slots of a year that clock changes touch', () => {
  test('a fixed job in the spring gap is shifted to the first minute after it', () => {
    expect(yearReport('30 2 * * *', 'America/New_York', ...YEAR)).toEqual({
      shifted: [
        {
          changeAt: new Date('2026-03-08T07:00:00Z'),
          changeMinutes: 60,
          count: 1,
          first: '2026-03-08 02:30',
          last: '2026-03-08 02:30',
          runsAt: new Date('2026-03-08T07:00:00Z'),
        },
      ],
      doubled: [],
      dropped: [],
    })
  })

  test('several skipped times of one job run once', () => {
    const { shifted } = yearReport('0-45/15 2 * * *', 'Europe/Berlin', ...YEAR)
    expect(shifted).toMatchObject([{ count: 4, first: '2026-03-29 02:00', last: '2026-03-29 02:45' }])
  })

  test('an every-minute job in Lord Howe has thirty local times twice and thirty never', () => {
    const { shifted, doubled, dropped } = yearReport('* * * * *', 'Australia/Lord_Howe', ...YEAR)
    expect(shifted).toEqual([])
    expect(doubled).toMatchObject([
      { changeMinutes: -30, count: 30, first: '2026-04-05 01:30', last: '2026-04-05 01:59' },
    ])
    expect(dropped).toMatchObject([
      { changeMinutes: 30, count: 30, first: '2026-10-04 02:00', last: '2026-10-04 02:29' },
    ])
  })

  test('a day that a country skipped is dropped, because it is longer than three hours', () => {
    const { dropped } = yearReport('0 12 * * *', 'Pacific/Apia', new Date('2011-06-01'), new Date('2012-01-02'))
    expect(dropped).toMatchObject([{ changeMinutes: 1440, count: 1, first: '2011-12-30 12:00', runsAt: null }])
  })

  test('a fixed job in the autumn overlap is in no list: it runs once', () => {
    expect(yearReport('30 1 * * *', 'America/New_York', ...YEAR)).toEqual({ shifted: [], doubled: [], dropped: [] })
  })

  test('a zone without daylight saving has nothing to report', () => {
    expect(yearReport('* * * * *', 'Asia/Kolkata', ...YEAR)).toEqual({ shifted: [], doubled: [], dropped: [] })
  })
})

describe('the mark of a slot', () => {
  test.each([
    [
      '30 2 * * *',
      'America/New_York',
      '2026-03-08T07:00:00Z',
      'shifted',
      'stands for 02:30, skipped by the clock change',
    ],
    [
      '0,30 2 * * *',
      'America/New_York',
      '2026-03-08T07:00:00Z',
      'shifted',
      'stands for 2 slots from 02:00 to 02:30, skipped by the clock change',
    ],
    ['0 0 * * *', 'Asia/Beirut', '2026-03-28T22:00:00Z', 'shifted', 'stands for 00:00, skipped by the clock change'],
    ['30 1 * * *', 'America/New_York', '2026-11-01T05:30:00Z', 'once', '01:30 occurs twice; runs the first time'],
    ['*/30 * * * *', 'America/New_York', '2026-11-01T06:30:00Z', 'repeated', '01:30 for the second time'],
  ])('%s in %s at %s is %s', (cron, zone, slot, kind, note) => {
    expect(markSlot(cron, zone, new Date(slot))).toEqual({ kind, note })
  })

  test.each([
    ['30 2 * * *', 'America/New_York', '2026-03-09T06:30:00Z'],
    ['0 3 * * *', 'America/New_York', '2026-03-08T07:00:00Z'],
    ['*/30 * * * *', 'America/New_York', '2026-11-01T05:30:00Z'],
    ['0 0 1 1 *', 'UTC', '2027-01-01T00:00:00Z'],
  ])('%s in %s at %s has none', (cron, zone, slot) => {
    expect(markSlot(cron, zone, new Date(slot))).toBeNull()
  })
})
