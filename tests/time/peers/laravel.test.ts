import { describe, expect, it } from 'vitest'
import { isSlot } from '../../../src/calendar/window.js'
import { at } from '../../pass/schedules.js'
import { decideAt, openRun, slotsRunAt } from './peer.js'

/**
 * Laravel's scheduler, in our words, with what we do. Source: laravel/framework,
 * tests/Console/ConsoleScheduledEventTest.php (testEventIsDueCheck, testBasicCronCompilation), and laravel/docs,
 * scheduling.md ("Preventing Task Overlaps", "Running The Scheduler"). `schedule:run` starts every minute and runs what
 * is due in that very minute; a minute in which it does not start is lost. withoutOverlapping() is overlap `skip`,
 * environments() is `environments`, when() and skip() are `when`; onOneServer() needs no setting here.
 */
describe('testEventIsDueCheck', () => {
  const now = new Date('2015-01-01T00:00:00Z')
  const times = (cron: string, timezone: string) => ({ cron, timezone, startsAt: null, endsAt: null })

  it('finds a Thursday due on a Thursday', () => {
    expect(isSlot(times('* * * * 4', 'UTC'), now)).toBe(true)
  })

  it('finds Wednesday 19:00 due in its own zone', () => {
    expect(isSlot(times('0 19 * * 3', 'America/Panama'), now)).toBe(true)
    expect(isSlot(times('0 19 * * 3', 'UTC'), now)).toBe(false)
  })
})

describe('a minute in which the scheduler did not start', () => {
  const daily = { createdAt: at('00:00', '2026-11-20'), lastSlotAt: at('03:00', '2026-11-23') }

  it('is lost to Laravel; here it runs late by default', () => {
    expect(slotsRunAt({ ...daily, schedule: { cron: '0 3 * * *' }, now: at('03:05') })).toEqual([at('03:00')])
  })

  it('is passed over with `skip` and a window of a minute, and recorded as missed', () => {
    const schedule = { cron: '0 3 * * *', catchUp: 'skip', catchUpWindowMs: 60_000 } as const
    expect(slotsRunAt({ ...daily, schedule, now: at('03:00:30') })).toEqual([at('03:00')])
    expect(slotsRunAt({ ...daily, schedule, now: at('03:05') })).toEqual([])
    expect(decideAt({ ...daily, schedule, now: at('03:05') }).take.writeOffs).toMatchObject([
      { status: 'MISSED', reason: 'window' },
    ])
  })
})

describe('withoutOverlapping()', () => {
  const open = [openRun(at('03:00'))]
  const minutely = { createdAt: at('02:00'), lastSlotAt: at('03:00'), now: at('03:01:02') }

  it('passes over a slot while the task is running', () => {
    const { take } = decideAt({ ...minutely, open, schedule: { cron: '* * * * *', overlap: 'skip' } })
    expect(take).toMatchObject({ slots: [], writeOffs: [{ status: 'SKIPPED', reason: 'overlap', slotCount: 1 }] })
  })

  it('is off by default: there the task runs beside itself, here that is `allow`', () => {
    expect(decideAt({ ...minutely, open, schedule: { cron: '* * * * *', overlap: 'allow' } }).take.slots).toHaveLength(
      1,
    )
  })
})

describe('testBasicCronCompilation: environments()', () => {
  const minute = { createdAt: at('02:59:30'), now: at('03:00:01') }
  const schedule = { cron: '* * * * *', environments: ['local'] }

  it('is not due elsewhere, and the slot says why it did not run', () => {
    const { take } = decideAt({ ...minute, schedule, environmentName: 'production' })
    expect(take).toMatchObject({ slots: [], writeOffs: [{ status: 'SKIPPED', reason: 'environment' }] })
    expect(slotsRunAt({ ...minute, schedule, environmentName: 'local' })).toEqual([at('03:00')])
  })
})
