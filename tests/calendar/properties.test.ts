import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCron } from '../../src/calendar/cron.js'
import { ScheduleError } from '../../src/errors.js'
import { cronExpressions, instants, zones } from './arbitraries.js'

const DAY_MS = 86_400_000
const SETTINGS = { numRuns: 400, seed: 20261123 }

describe('for every expression, zone and instant', () => {
  test('the next slot is later, to the minute, and the earliest', () => {
    fc.assert(
      fc.property(cronExpressions, zones, instants, (cron, zone, after) => {
        const compiled = compileCron(cron, zone)
        const next = compiled.next(after)!
        expect(next.getTime()).toBeGreaterThan(after.getTime())
        expect(next.getTime() % 60_000).toBe(0)
        expect(compiled.next(new Date(next.getTime() - 1))).toEqual(next)
      }),
      SETTINGS,
    )
  })

  test('resuming at any slot, or between two, goes on with the same sequence', () => {
    fc.assert(
      fc.property(cronExpressions, zones, instants, fc.integer({ min: 0, max: 19 }), (cron, zone, after, stop) => {
        const compiled = compileCron(cron, zone)
        const whole = stepping(cron, zone, after, 20)
        expect(stepping(cron, zone, whole[stop]!, 19 - stop)).toEqual(whole.slice(stop + 1))
        expect(compiled.next(new Date(whole[stop]!.getTime() - 30_000))).toEqual(whole[stop])
      }),
      SETTINGS,
    )
  })

  test('enumerating a period equals stepping through it', () => {
    fc.assert(
      fc.property(cronExpressions, zones, instants, (cron, zone, after) => {
        const steps = stepping(cron, zone, after, 60)
        expect([...compileCron(cron, zone).slots(after, steps.at(-1)!)]).toEqual(steps)
      }),
      SETTINGS,
    )
  })

  test('counting a period equals enumerating it', () => {
    const periods = fc.tuple(fc.integer({ min: 0, max: 400 * DAY_MS }), fc.integer({ min: 0, max: 200 }))
    fc.assert(
      fc.property(cronExpressions, zones, instants, periods, (cron, zone, after, [length, keep]) => {
        const compiled = compileCron(cron, zone)
        const until = new Date(after.getTime() + length)
        const slots = [...compiled.slots(after, until)]
        const newest = keep === 0 ? [] : slots.slice(-keep)
        const expected = { count: slots.length, first: slots[0] ?? null, last: slots.at(-1) ?? null, newest }
        expect(compiled.collect(after, until, keep)).toEqual(expected)
      }),
      { ...SETTINGS, numRuns: 100 },
    )
  })

  test('a period split anywhere has the slots of its parts', () => {
    fc.assert(
      fc.property(
        cronExpressions,
        zones,
        instants,
        fc.integer({ min: 0, max: 20 * DAY_MS }),
        (cron, zone, after, length) => {
          const { slots } = compileCron(cron, zone)
          const middle = new Date(after.getTime() + length)
          const end = new Date(middle.getTime() + 20 * DAY_MS)
          expect([...slots(after, middle), ...slots(middle, end)]).toEqual([...slots(after, end)])
        },
      ),
      { ...SETTINGS, numRuns: 100 },
    )
  })
})

describe('any text at all', () => {
  test('is compiled or refused with a reason and a fix, in bounded time', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ maxLength: 300, unit: fc.constantFrom(...Array.from('0123456789*/-,?#LlWHh@ \t')) }),
      fc
        .array(fc.constantFrom('*', '0-59/1', '5', '1-2', 'jan', 'L', '?', '#'), { maxLength: 60 })
        .map((items) => items.join(',')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        expect(['accepted', 'CRON_INVALID']).toContain(fateOf(() => compileCron(text, 'UTC').next(new Date(0))))
      }),
      { numRuns: 2000, seed: 7, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true },
    )
  })

  test('is refused at once when it is huge', () => {
    for (const text of ['0,'.repeat(1e6), '* '.repeat(1e6), '@'.repeat(1e6), `${' '.repeat(1e6)}x`]) {
      expect(fateOf(() => compileCron(text, 'UTC'))).toBe('CRON_INVALID')
      expect(fateOf(() => compileCron('* * * * *', text))).toBe('TIMEZONE_INVALID')
    }
  })
})

function stepping(cron: string, zone: string, after: Date, count: number): Date[] {
  const { next } = compileCron(cron, zone)
  const slots: Date[] = []
  for (let at = next(after); slots.length < count && at !== null; at = next(at)) slots.push(at)
  return slots
}

/** The code of a refusal that also says what to write. */
function fateOf(compile: () => unknown): string {
  try {
    compile()
    return 'accepted'
  } catch (error) {
    return error instanceof ScheduleError && error.fix !== null ? error.code : `threw ${String(error)}`
  }
}
