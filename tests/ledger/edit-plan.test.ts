import { describe, expect, it } from 'vitest'
import type { Schedule } from '../../src/domain/schedule.js'
import { planDefinition } from '../../src/ledger/edit-plan.js'
import { scheduleRow } from '../support/schedule-row.js'

const at = (time: string, day = '2026-11-24'): Date => new Date(`${day}T${time}:00Z`)
const NOW = at('05:30')
/** Hourly, 01:00 to 05:00 due. */
const DUE = { historyFrom: at('00:30'), nextRunAt: at('01:00') }

function edited(before: Partial<Schedule>, change: Partial<Schedule>) {
  const schedule = scheduleRow({ ...DUE, ...before })
  const { set, writeOffs } = planDefinition(schedule, { ...schedule, ...change }, 'other', NOW)
  const { nextRunAt, lastSlotAt, historyFrom } = { ...schedule, ...set }
  return { nextRunAt, lastSlotAt, historyFrom, lost: writeOffs.map(({ reason, slotCount }) => [reason, slotCount]) }
}

describe('an edit while slots are due', () => {
  it.each<[string, Partial<Schedule>, Partial<Schedule>]>([
    ['endsAt lies ahead', {}, { endsAt: at('00:00', '2028-01-01') }],
    ['endsAt goes', { endsAt: at('00:00', '2028-01-01') }, { endsAt: null }],
    ['an endsAt that has passed goes', { endsAt: at('03:30') }, { endsAt: null }],
    ['startsAt lies before', {}, { startsAt: at('00:45') }],
    ['startsAt goes', { startsAt: at('00:45') }, { startsAt: null }],
    ['the same cron expression is written otherwise', {}, { cron: '@hourly' }],
    ['the zone has another name', {}, { timezone: 'Etc/UTC' }],
    ['both are written otherwise and an end is set', {}, { cron: '@Hourly', endsAt: at('00:00', '2028-01-01') }],
    ['the cron expression differs only from now on', {}, { cron: '0 * * 11 *' }],
  ])('loses none of them where %s', (_, before, change) => {
    expect(edited(before, change)).toMatchObject({ nextRunAt: at('01:00'), lastSlotAt: null, lost: [] })
  })

  it.each<[string, Partial<Schedule>, Date | null]>([
    ['the cron expression brings others', { cron: '*/30 * * * *' }, at('06:00')],
    ['the cron expression leaves some out', { cron: '0 */2 * * *' }, at('06:00')],
    ['the zone moves them', { timezone: 'Asia/Kolkata' }, at('06:30')],
    ['startsAt takes some away', { startsAt: at('02:30') }, at('06:00')],
    ['endsAt takes some away', { endsAt: at('03:30') }, null],
  ])('writes them off and goes on from now where %s', (_, change, nextRunAt) => {
    expect(edited({}, change)).toEqual({
      nextRunAt,
      lastSlotAt: at('05:00'),
      historyFrom: NOW,
      lost: [['edited', 5]],
    })
  })

  it('keeps a next slot that was set by hand', () => {
    const byHand = { lastSlotAt: at('03:00'), nextRunAt: at('01:20') }
    expect(edited(byHand, { endsAt: at('00:00', '2028-01-01') })).toEqual({
      ...byHand,
      historyFrom: at('03:00'),
      lost: [],
    })
    expect(edited(byHand, { startsAt: at('01:30') }).lost).toEqual([
      ['edited', 1],
      ['edited', 2],
    ])
  })

  it('keeps what has come due since a pause was over by itself', () => {
    const paused = { enabled: false, nextRunAt: at('04:00'), pausedUntil: at('03:30') }
    expect(edited(paused, { endsAt: at('00:00', '2028-01-01') })).toMatchObject({
      nextRunAt: at('04:00'),
      lastSlotAt: at('03:00'),
      lost: [['paused', 3]],
    })
  })

  it('compares no more slots than it can while the schedule is locked', () => {
    const longAgo = { cron: '* * * * *', historyFrom: at('00:30', '2020-01-01'), nextRunAt: at('00:31', '2020-01-01') }
    expect(edited(longAgo, { cron: '0-59 0-23 * * *' }).lost).toEqual([['edited', 3_627_660]])
    expect(edited(longAgo, { cron: '*/1 * * * *' }).lost).toEqual([])
    expect(edited(longAgo, { endsAt: at('00:00', '2028-01-01') }).lost).toEqual([])
  })
})

describe('an edit while nothing is due', () => {
  it.each<[string, Partial<Schedule>, Partial<Schedule>]>([
    ['a next slot that lies ahead', { nextRunAt: at('06:00') }, { endsAt: at('00:00', '2028-01-01') }],
    ['a schedule that had ended', { nextRunAt: null, endsAt: at('05:15') }, { endsAt: null }],
  ])('computes the next slot from now: %s', (_, before, change) => {
    const done = { lastSlotAt: at('05:00') }
    expect(edited({ ...done, ...before }, change)).toMatchObject({ nextRunAt: at('06:00'), historyFrom: NOW, lost: [] })
  })

  it.each([at('09:00'), null])('tells what a next slot set by hand to %s jumped over', (nextRunAt) => {
    expect(edited({ lastSlotAt: at('03:00'), nextRunAt }, { endsAt: at('00:00', '2028-01-01') })).toMatchObject({
      nextRunAt: at('06:00'),
      lost: [['edited', 2]],
    })
  })
})
