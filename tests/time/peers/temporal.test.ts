import { describe, expect, it } from 'vitest'
import { at } from '../../pass/schedules.js'
import { decideAt, openRun, slotsRunAt } from './peer.js'

/**
 * Temporal's Schedules, in our words, with what we do. Source: temporalio/temporal,
 * service/worker/scheduler/buffer_test.go (TestProcessBuffer…), and the documentation of ScheduleOverlapPolicy and
 * catchupWindow (php.temporal.io, python.temporal.io). Its buffer of the starts 3, 5 and 7 is three due slots here.
 * Skip is our overlap `skip`; BufferOne is `wait` with `latest` (they keep the first waiting start, we the newest);
 * BufferAll is `wait` with `all`; CancelOther and TerminateOther are `replace`; AllowAll is `allow` with `all`.
 */
const THREE = { createdAt: at('02:30'), now: at('07:30') }
const slots = ['03:00', '05:00', '07:00'].map((time) => at(time))
const CRON = '0 3,5,7 * * *'
const running = { ...THREE, open: [openRun(at('02:45'))] }

describe('an overlap policy of Temporal', () => {
  it('Skip, running: nothing starts, each slot has a row that says so', () => {
    const { take } = decideAt({ ...running, schedule: { cron: CRON, overlap: 'skip' } })
    expect(take).toMatchObject({ slots: [], writeOffs: [{ status: 'SKIPPED', reason: 'overlap', slotCount: 3 }] })
  })

  it('Skip, not running: one starts', () => {
    expect(slotsRunAt({ ...THREE, schedule: { cron: CRON, overlap: 'skip' } })).toEqual([at('07:00')])
  })

  it('BufferOne, running: nothing starts, one will', () => {
    const schedule = { cron: CRON, overlap: 'wait', catchUp: 'latest' } as const
    expect(decideAt({ ...running, schedule }).take).toMatchObject({ slots: [], writeOffs: [], set: null })
    expect(slotsRunAt({ ...THREE, schedule })).toEqual([at('07:00')])
  })

  it('BufferAll: nothing starts beside a run, then each, one after another', () => {
    const schedule = { cron: CRON, overlap: 'wait', catchUp: 'all' } as const
    expect(decideAt({ ...running, schedule }).take).toMatchObject({ slots: [], writeOffs: [], set: null })
    expect(decideAt({ ...THREE, schedule }).take.slots).toHaveLength(1)
    expect(slotsRunAt({ ...THREE, schedule })).toEqual(slots)
  })

  it('CancelOther, TerminateOther: the run is told to stop, then the newest starts; the others never do', () => {
    const schedule = { cron: CRON, overlap: 'replace' } as const
    expect(decideAt({ ...running, schedule })).toMatchObject({
      makesWay: true,
      take: { slots: [], stop: [{ reason: 'replaced' }] },
    })
    expect(slotsRunAt({ ...THREE, schedule })).toEqual([at('07:00')])
  })

  it('AllowAll: all start side by side, beside the run too', () => {
    const schedule = { cron: CRON, overlap: 'allow', catchUp: 'all' } as const
    for (const moment of [THREE, running]) {
      expect(decideAt({ ...moment, schedule }).take.slots.map(({ scheduledFor }) => scheduledFor)).toEqual(slots)
    }
  })
})

describe("Temporal's catch-up", () => {
  it('runs what was missed within the catchup window, and counts the rest as missed', () => {
    const schedule = { cron: CRON, catchUp: 'all', catchUpWindowMs: 3 * 3_600_000 } as const
    expect(slotsRunAt({ ...THREE, schedule })).toEqual([at('05:00'), at('07:00')])
    expect(decideAt({ ...THREE, schedule }).take.writeOffs).toMatchObject([
      { status: 'MISSED', reason: 'window', slotCount: 1 },
    ])
  })

  it('runs nothing that came due while it was paused', () => {
    const paused = { cron: CRON, enabled: false, pausedReason: 'maintenance' }
    expect(slotsRunAt({ ...THREE, schedule: paused })).toEqual([])
    const woken = { ...paused, pausedUntil: at('05:30') }
    expect(slotsRunAt({ ...THREE, schedule: woken })).toEqual([at('07:00')])
    expect(decideAt({ ...THREE, schedule: woken }).take.writeOffs).toMatchObject([{ reason: 'paused', slotCount: 2 }])
  })
})
