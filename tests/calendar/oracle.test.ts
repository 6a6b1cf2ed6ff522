import { describe, expect, test } from 'vitest'
import { compileCron } from '../../src/calendar/cron.js'
import { runsOf, transitionsOf, walk } from './oracle.js'

const HOUR_MS = 3_600_000
const FIVE_YEARS = [Date.UTC(2024, 0, 1), Date.UTC(2029, 0, 1)] as const

describe('the calendar against vixie cron, walked minute by minute', () => {
  test('agrees at every transition of five years in every IANA zone', () => {
    const wrong: string[] = []
    let transitions = 0
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      for (const transition of transitionsOf(zone, ...FIVE_YEARS)) {
        wrong.push(...disagreements(zone, transition))
        transitions++
      }
    }
    expect(wrong).toEqual([])
    expect(transitions).toBeGreaterThan(1000)
  }, 120_000)

  // Half-hour and two-hour shifts, whole days, gaps over midnight, three hours, a change of standard time.
  test.each([
    ['Pacific/Apia', 2011], ['Pacific/Fakaofo', 2011], ['Pacific/Kwajalein', 1993], ['America/Caracas', 2007],
    ['America/Caracas', 2016], ['Asia/Pyongyang', 2015], ['Asia/Pyongyang', 2018], ['Antarctica/Casey', 2010],
    ['Antarctica/Casey', 2020], ['Antarctica/Casey', 2022], ['Antarctica/Troll', 2016], ['America/Nuuk', 2023],
    ['America/Sao_Paulo', 2017], ['Africa/Cairo', 2014], ['Asia/Gaza', 2011], ['Asia/Amman', 2012], ['Europe/Volgograd', 2020],
    ['Africa/Casablanca', 2012], ['Australia/Lord_Howe', 1981], ['Asia/Kathmandu', 1985], ['Antarctica/Vostok', 1994],
    ['Africa/Casablanca', 1985],
    ['Antarctica/Palmer', 1964], // three hours back, at the turn of the year in UTC
  ])('agrees in %s in %i', (zone, year) => {
    const transitions = transitionsOf(zone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 2))
    expect(transitions).not.toEqual([])
    expect(transitions.flatMap((transition) => disagreements(zone, transition))).toEqual([])
  }) // prettier-ignore

  test('agrees all year round where nothing changes but the date', () => {
    const from = Date.UTC(2027, 11, 1)
    const to = Date.UTC(2028, 2, 3)
    const minutes = walk('Asia/Kolkata', from, to)
    for (const cron of [
      '17 4 29 2 *',
      '0 0 1 * 1',
      '0 0 */10 * 1',
      '5 1,13 * 1-2 0,6',
      '0 */7 28-31 * *',
      '1/20 22 * 12 2-4',
    ]) {
      expect({ cron, slots: slotsBetween(cron, 'Asia/Kolkata', from, to) }).toEqual({
        cron,
        slots: runsOf(cron, minutes),
      })
    }
  })
})

function disagreements(zone: string, transition: { at: number; before: number; after: number }): string[] {
  const reach = 3 * HOUR_MS + Math.abs(transition.after - transition.before) * 60_000
  const [from, to] = [transition.at - 3 * HOUR_MS, transition.at + reach]
  const minutes = walk(zone, from, to)
  return schedulesFor(transition).flatMap((cron) => {
    const expected = runsOf(cron, minutes)
    const actual = slotsBetween(cron, zone, from, to)
    if (JSON.stringify(actual) === JSON.stringify(expected)) return []
    return [`${zone} ${new Date(transition.at).toISOString()} ${cron}: ${iso(actual)} instead of ${iso(expected)}`]
  })
}

/** Fixed and wildcard jobs in and around the local times that are skipped or repeated. */
function schedulesFor({ at, before, after }: { at: number; before: number; after: number }): string[] {
  const edge = new Date(at + Math.min(before, after) * 60_000)
  const inside = new Date(at + ((before + after) / 2) * 60_000)
  const last = new Date(at + (Math.max(before, after) - 1) * 60_000)
  const [h, m, day] = [inside.getUTCHours(), inside.getUTCMinutes(), inside.getUTCDate()]
  const hours = [...new Set([edge.getUTCHours(), h, last.getUTCHours()])].join(',')
  return [
    '* * * * *', '*/15 * * * *', '0 * * * *', '0 */2 * * *', `*/20 ${h} * * *`, `* ${hours} * * *`,
    `${m} ${h} * * *`, `${m} ${h} ${day} ${inside.getUTCMonth() + 1} *`, `0 ${edge.getUTCHours()} * * *`,
    `59 ${last.getUTCHours()} * * ${last.getUTCDay()}`, `0,30,45 ${hours} * * *`, '5/10 0-23 * * *', '0 0 * * *',
    `${edge.getUTCMinutes()} ${edge.getUTCHours()} * * *`, `0-59 ${h} ${day} * 0-6`, '30 23,1-3 * * *',
  ] // prettier-ignore
}

function slotsBetween(cron: string, zone: string, from: number, to: number): number[] {
  return Array.from(compileCron(cron, zone).slots(new Date(from), new Date(to)), (slot) => slot.getTime())
}

function iso(instants: readonly number[]): string {
  return instants.map((at) => new Date(at).toISOString().slice(5, 16)).join(' ')
}
