import { describe, expect, it } from 'vitest'
import { newSchedule } from '../../../src/ledger/edit-plan.js'
import { aSchedule, at } from '../../pass/schedules.js'
import { decideAt, slotsRunAt } from './peer.js'

/**
 * Graphile Worker's recurring tasks, in our words, with what we do. Source: graphile/worker, __tests__/cron.test.ts and
 * website/docs/cron.md. Its `fill=T` is catchUp `all` with a catchUpWindow of T; without `fill` nothing is filled in,
 * which is catchUp `skip`.
 */
const HOUR = 3_600_000
const EVERY_FOUR_HOURS = '0 */4 * * *'
const hoursBefore = (now: Date, hours: number): Date => new Date(now.getTime() - hours * HOUR)

describe('fill=1d', () => {
  const schedule = { cron: EVERY_FOUR_HOURS, catchUp: 'all', catchUpWindowMs: 24 * HOUR } as const
  const createdAt = at('00:00', '2026-11-10')

  it('registers identifiers: a task that is new runs nothing of the past', () => {
    const now = at('09:30')
    const { nextRunAt, historyFrom } = newSchedule(aSchedule(schedule), 'hash', now)
    expect([nextRunAt, historyFrom]).toEqual([at('12:00'), now])
    expect(slotsRunAt({ schedule, createdAt: now, now })).toEqual([])
  })

  it.each([
    ['backfills if identifier already registered (5h)', '09:30', 5, ['08:00']],
    ['the same, right after a slot', '08:00', 5, ['04:00', '08:00']],
    [
      'backfills if identifier already registered (25h)',
      '09:30',
      25,
      ['12:00', '16:00', '20:00', '00:00', '04:00', '08:00'],
    ],
  ])('%s', (_name, time, hours, expected) => {
    const now = at(time)
    const lastSlotAt = hoursBefore(now, hours)
    const slots = slotsRunAt({ schedule, createdAt, lastSlotAt, now })
    expect(slots.map((slot) => slot.toISOString().slice(11, 16))).toEqual(expected)
  })

  it('leaves out what is older than the period, and the account names it', () => {
    const moment = { schedule, createdAt, lastSlotAt: hoursBefore(at('09:30'), 50), now: at('09:30') }
    expect(slotsRunAt(moment)).toHaveLength(6)
    expect(decideAt(moment).take.writeOffs).toMatchObject([{ reason: 'window', slotCount: 7 }])
  })
})

describe('without fill', () => {
  it('runs nothing that was missed while no worker ran', () => {
    const schedule = { cron: EVERY_FOUR_HOURS, catchUp: 'skip', catchUpWindowMs: 60_000 } as const
    const missed = { schedule, createdAt: at('00:00', '2026-11-10'), lastSlotAt: at('04:00'), now: at('09:30') }
    expect(slotsRunAt(missed)).toEqual([])
    expect(slotsRunAt({ ...missed, now: at('08:00:30') })).toEqual([at('08:00')])
  })
})
