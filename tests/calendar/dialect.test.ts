import { describe, expect, test } from 'vitest'
import { compileCron } from '../../src/calendar/cron.js'
import { ScheduleError } from '../../src/errors.js'

const AFTER = new Date('2026-01-01T00:00:00Z')

describe('the dialect', () => {
  test.each([
    ['@yearly', '0 0 1 1 *'], ['@annually', '0 0 1 1 *'], ['@monthly', '0 0 1 * *'], ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'], ['@Midnight', '0 0 * * *'], [' @HOURLY ', '0 * * * *'],
    ['0,0,30,00 * * * *', '0,30 * * * *'], ['*/10,30-35 9-17,12 * * *', '0,10,20,30-35,40,50 9-17 * * *'],
    ['0 0 * * 7', '0 0 * * 0'], ['0 0 * * 0,7', '0 0 * * sun'], ['0 0 * * sat-sun', '0 0 * * 6,0'], ['0 0 * * 6-7', '0 0 * * 6,0'],
    ['0 0 * * 6-0', '0 0 * * 6,0'], ['0 0 * * 5-7', '0 0 * * 5,6,0'], ['0 0 * * 7-2', '0 0 * * 0,1,2'], ['0 0 * * MON-SUN', '0 0 * * 0-6'],
    ['0 0 * * 0-7', '0 0 * * 0-6'], ['0 0 * * 7-7', '0 0 * * 0'], ['0 0 * * 7-0', '0 0 * * 0'], ['0 0 * * 1-7/2', '0 0 * * 1,3,5,0'],
    ['0 0 * * 1/2', '0 0 * * 1,3,5'], ['0 0 * * */2', '0 0 * * 0,2,4,6'], ['0 0 * * 7L', '0 0 * * sunL'], ['0 0 * * 7#2', '0 0 * * SUN#2'],
    ['5/20 * * * *', '5,25,45 * * * *'], ['? ? ? ? ?', '* * * * *'], ['0 0 ? * 1', '0 0 * * mon'], ['0\t0   1 JAN\t*', '0 0 1 1 *'],
    ['0 0 1,l * *', '0 0 L,1 * *'], ['0 0 * * 1l,5L', '0 0 * * 5L,1L'],
  ])('%j means %j', (one, other) => {
    expect(first(one, 60)).toEqual(first(other, 60))
  }) // prettier-ignore

  test('# and L may share a list', () => {
    expect(first('0 0 * 1 1#1,5L', 3).map(day)).toEqual(['2026-01-05', '2026-01-30', '2027-01-04'])
  })

  test('a day matches when either restricted day field does', () => {
    expect(first('0 0 13 * 5', 4).map(day)).toEqual(['2026-01-02', '2026-01-09', '2026-01-13', '2026-01-16'])
  })

  test('a day field that starts with * restricts nothing by itself: both must match', () => {
    expect(first('0 0 */10 * 1', 3).map(day)).toEqual(['2026-05-11', '2026-06-01', '2026-08-31'])
  })

  test.each([
    ['0 0 L * *', ['2026-01-31', '2026-02-28', '2026-03-31']],
    ['0 0 L 2 *', ['2026-02-28', '2027-02-28', '2028-02-29']],
    ['0 0 * * 5L', ['2026-01-30', '2026-02-27', '2026-03-27']],
    ['0 0 * * 6#5', ['2026-01-31', '2026-05-30', '2026-08-29']],
    ['0 0 29 2 *', ['2028-02-29', '2032-02-29', '2036-02-29']],
    ['0 0 29 2 */7', ['2032-02-29', '2060-02-29', '2088-02-29']],
    ['0 0 29-31 2,4 *', ['2026-04-29', '2026-04-30', '2027-04-29']],
  ])('%s runs on %j', (cron, days) => {
    expect(first(cron, 3).map(day)).toEqual(days)
  })

  test('there is nothing after the year 9999', () => {
    expect(compileCron('0 0 1 1 *', 'UTC').next(new Date('9998-06-01T00:00:00Z'))).toEqual(
      new Date('9999-01-01T00:00:00Z'),
    )
    expect(compileCron('0 0 1 1 *', 'UTC').next(new Date('9999-01-01T00:00:00Z'))).toBeNull()
    expect(
      compileCron('* * * * *', 'Asia/Tokyo').collect(new Date('9999-12-31T23:58:00Z'), new Date(8.64e15), 5).count,
    ).toBe(1)
  })

  test('a date from before the calendar is one from the year 1000', () => {
    expect(compileCron('0 0 1 1 *', 'UTC').next(new Date(-8.64e15))).toEqual(new Date('1001-01-01T00:00:00Z'))
  })

  test('an invalid date is refused', () => {
    expect(() => compileCron('* * * * *', 'UTC').next(new Date(Number.NaN))).toThrow(ScheduleError)
  })
})

describe('what is not cron is refused and says why', () => {
  test.each([
    ['', 'is empty', 'write five fields'],
    ['* * * *', 'has 4 fields instead of five', 'write five fields'],
    ['janfeb', 'has one field', 'write five fields'],
    ['0 30 2 * * *', 'six fields; seconds', 'leave out the seconds: "30 2 * * *"'],
    ['0 0 1 1 * 2027', 'six fields', 'leave out the year: "0 0 1 1 *"'],
    ['TZ=Europe/Berlin 0 9 * * *', 'holds a time zone', "timezone: 'Europe/Berlin'"],
    ['CRON_TZ=UTC @daily', 'holds a time zone', "timezone: 'UTC'"],
    ['0 0 1 1 * 2027 *', 'has 7 fields', 'write five fields'],
    ['@reboot', 'no boot', '@hourly'],
    ['@every 5m', 'intervals are not cron', '*/15 * * * *'],
    ['@fortnightly', 'no such macro', '@weekly'],
    ['@daily !', 'no such macro', '@daily'],
    ['H * * * *', 'H (a hashed value)', 'jitter'],
    ['H(0-29)/10 * * * *', 'H (a hashed value)', 'jitter'],
    ['60 * * * *', 'minute 60 is outside 0-59', 'within the range'],
    ['0 24 * * *', 'hour 24 is outside 0-23', 'within the range'],
    ['0 0 0 * *', 'day of month 0 is outside 1-31', 'within the range'],
    ['0 0 1 13 *', 'month 13 is outside 1-12', 'within the range'],
    ['0 0 * * 8', 'day of week 8 is outside 0-7', 'within the range'],
    ['1000 * * * *', '"1000" is outside 0-59', 'within the range'],
    ['-1 * * * *', 'cannot be read', 'numbers from 0 to 59'],
    ['1.5 * * * *', 'cannot be read', 'numbers from 0 to 59'],
    ['1,,2 * * * *', 'empty list item', 'extra comma'],
    ['*/0 * * * *', 'step 0', '1 or more'],
    ['*/90 * * * *', 'step 90 is longer than the minute field', 'step in the next field'],
    ['0 22-4 * * *', 'range 22-4 ends before it begins', '22-23,0-4'],
    ['0 0 * * fri-mon', 'range fri-mon ends before it begins', '5-6,0-1'],
    ['0 0 1 janfeb *', 'names have three letters', 'such as jan'],
    ['0 0 1jan * *', 'cannot be read', 'numbers from 1 to 31'],
    ['0 0 * * sunday', 'names have three letters', 'or mon'],
    ['0 0 * * foo', 'cannot be read', 'a name from sun to sat'],
    ['0 0 ?,1 * *', '? must stand alone', 'whole field'],
    ['0 0 ?/2 * *', '? must stand alone', 'whole field'],
    ['0 0 L-3 * *', 'neither an offset nor a step', 'L alone'],
    ['0 0 15W * *', 'W (nearest weekday)', 'mon-fri'],
    ['0 0 LW * *', 'W (nearest weekday)', 'mon-fri'],
    ['0 L * * *', 'L does not belong there', 'day of month'],
    ['0 0 * * L', 'L needs one weekday before it', '5L'],
    ['0 0 * * 5#L', 'L needs one weekday before it', '5L'],
    ['0 0 * * 1#6', '1 to 5 after it', '1#2'],
    ['0 0 * * 1-3#2', 'one weekday before it', '1#2'],
    ['0 0 * * 0,6#4', 'not clear what # applies to', '1#1,3#3'],
    ['0 0 1#1 * *', '# belongs to the day of week', 'last field'],
    ['0 0 30 2 *', 'never runs: month 2 has no day 30', 'a day that exists'],
    ['0 0 31 4,6,9,11 ?', 'never runs', 'a day that exists'],
    ['0 0 31 feb */2', 'never runs', 'a day that exists'],
    ['0 0 */30 2 5#2', 'never runs: no day of month */30 in month 2 is a day of week 5#2', 'a day that exists'],
    [`${'0,'.repeat(200)}0 * * * *`, 'longer than 255 characters', 'ranges and steps'],
  ])('%s', (cron, why, fix) => {
    const error = refusal(() => compileCron(cron, 'UTC'))
    expect(error.code).toBe('CRON_INVALID')
    expect(error.message).toContain(why)
    expect(error.message.length).toBeLessThan(200)
    expect(error.fix).toContain(fix)
  })

  test.each([null, undefined, 5, ['* * * * *'], {}])('%j, which is no text', (cron) => {
    expect(refusal(() => compileCron(cron as string, 'UTC')).message).toContain('is not a string')
  })
})

describe('time zones', () => {
  test.each([
    'UTC',
    'utc',
    'Europe/Berlin',
    'europe/berlin',
    'US/Eastern',
    'Etc/GMT+7',
    'GMT',
    'EST5EDT',
    'CET',
    'Asia/Calcutta',
  ])('%s is one', (zone) => {
    expect(compileCron('0 0 * * *', zone).next(AFTER)).toBeInstanceOf(Date)
  })

  test.each([
    ['+02:00', 'is an offset', 'Etc/GMT-2'],
    ['-0530', 'is an offset', 'Europe/Berlin'],
    ['UTC+2', 'is an offset', 'Etc/GMT-2'],
    ['UTC+25', 'is an offset', 'Europe/Berlin'],
    ['GMT-5', 'is an offset', 'Etc/GMT+5'],
    ['PST', 'is an abbreviation', 'America/Los_Angeles'],
    ['IST', 'is an abbreviation', 'IANA'],
    ['Europe/Berln', 'is unknown', 'did you mean "Europe/Berlin"?'],
    ['new york', 'is unknown', 'did you mean "America/New_York"?'],
    ['Mars/Olympus', 'is unknown', 'IANA'],
    ['local', 'is unknown', 'IANA'],
    ['', 'is not the name', 'IANA'],
    [' ', 'is not the name', 'IANA'],
  ])('%j is refused', (zone, why, fix) => {
    const error = refusal(() => compileCron('0 0 * * *', zone))
    expect(error.code).toBe('TIMEZONE_INVALID')
    expect(error.message).toContain(why)
    expect(error.fix).toContain(fix)
  })

  test.each([null, undefined, 5])('%j, which is no text, is refused', (zone) => {
    expect(refusal(() => compileCron('0 0 * * *', zone as unknown as string)).code).toBe('TIMEZONE_INVALID')
  })
})

function first(cron: string, count: number): Date[] {
  const slots: Date[] = []
  const { next } = compileCron(cron, 'UTC')
  for (let at = next(AFTER); at !== null && slots.length < count; at = next(at)) slots.push(at)
  return slots
}

function day(slot: Date): string {
  return slot.toISOString().slice(0, 10)
}

function refusal(compile: () => unknown): ScheduleError {
  try {
    compile()
  } catch (error) {
    if (error instanceof ScheduleError) return error
    throw error
  }
  throw new Error('was accepted')
}
