import { describe, expect, it } from 'vitest'
import { planPause, planResume, planResumeAll } from '../../src/ledger/pause-plan.js'
import type { Schedule } from '../../src/domain/schedule.js'
import { scheduleRow } from '../support/schedule-row.js'

const at = (time: string): Date => new Date(`2026-11-23T${time}:00Z`)
const hourly = (change: Partial<Schedule> = {}): Schedule =>
  scheduleRow({ historyFrom: at('00:00'), nextRunAt: at('01:00'), ...change })
const NO_TERMS = { reason: null, until: null }

describe('pausing a schedule', () => {
  it('leaves nothing that can come due', () => {
    const plan = planPause(hourly(), at('00:30'), { reason: 'deploy', until: null })
    expect(plan).toEqual({
      set: { enabled: false, pausedReason: 'deploy', pausedUntil: null, nextRunAt: null },
      writeOffs: [],
    })
  })

  it('names the first slot after the end of the pause when it has one', () => {
    const plan = planPause(hourly(), at('00:30'), { reason: null, until: at('05:00') })
    expect(plan.set).toMatchObject({ enabled: false, pausedUntil: at('05:00'), nextRunAt: at('06:00') })
  })

  it('writes off a due slot that the cron expression does not know, because no later account would hold it', () => {
    const plan = planPause(hourly({ nextRunAt: at('00:10') }), at('00:30'), NO_TERMS)
    expect(plan.set.lastSlotAt).toEqual(at('00:10'))
    expect(plan.writeOffs).toEqual([
      { status: 'SKIPPED', reason: 'paused', firstSlot: at('00:10'), lastSlot: at('00:10'), slotCount: 1 },
    ])
  })

  it('gives an orphaned schedule no next slot', () => {
    const plan = planPause(hourly({ orphaned: true }), at('00:30'), { reason: null, until: at('05:00') })
    expect(plan.set.nextRunAt).toBeNull()
  })
})

describe('resuming a schedule', () => {
  const paused = hourly({ enabled: false, nextRunAt: null, pausedReason: 'deploy', consecutiveFailures: 3 })

  it('writes off the slots that passed, in one row, and goes on with the next', () => {
    expect(planResume(paused, at('03:30'))).toEqual({
      set: { enabled: true, pausedReason: null, pausedUntil: null, lastSlotAt: at('03:00'), nextRunAt: at('04:00') },
      writeOffs: [{ status: 'SKIPPED', reason: 'paused', firstSlot: at('01:00'), lastSlot: at('03:00'), slotCount: 3 }],
    })
  })

  it('counts from the newest slot that has a fate', () => {
    const plan = planResume({ ...paused, lastSlotAt: at('02:00') }, at('03:30'))
    expect(plan?.writeOffs).toMatchObject([{ firstSlot: at('03:00'), slotCount: 1 }])
  })

  it('writes nothing when no slot passed', () => {
    const plan = planResume(paused, at('00:59'))
    expect(plan?.writeOffs).toEqual([])
    expect(plan?.set).toMatchObject({ lastSlotAt: null, nextRunAt: at('01:00') })
  })

  it('does not take again a slot that was taken a moment before it was due', () => {
    const early = new Date(at('03:00').getTime() - 2000)
    const plan = planResume({ ...paused, lastSlotAt: at('03:00') }, early)
    expect(plan).toMatchObject({ set: { lastSlotAt: at('03:00'), nextRunAt: at('04:00') }, writeOffs: [] })
  })

  it('leaves slots due that passed after the pause was over by itself', () => {
    const plan = planResume({ ...paused, pausedUntil: at('02:30') }, at('05:30'))
    expect(plan?.writeOffs).toMatchObject([{ firstSlot: at('01:00'), lastSlot: at('02:00'), slotCount: 2 }])
    expect(plan?.set).toMatchObject({ lastSlotAt: at('02:00'), nextRunAt: at('03:00') })
  })

  it('knows no slots outside startsAt and endsAt', () => {
    const bounded = { ...paused, startsAt: at('02:00'), endsAt: at('04:00') }
    expect(planResume(bounded, at('05:30'))).toMatchObject({
      set: { lastSlotAt: at('04:00'), nextRunAt: null },
      writeOffs: [{ firstSlot: at('02:00'), lastSlot: at('04:00'), slotCount: 3 }],
    })
    expect(planResume(bounded, at('00:30'))).toMatchObject({ set: { nextRunAt: at('02:00') }, writeOffs: [] })
  })

  it('has nothing to do for one that is not paused', () => {
    expect(planResume(hourly(), at('03:30'))).toBeNull()
  })

  it('leaves the count of failures alone', () => {
    expect(planResume(paused, at('03:30'))?.set).not.toHaveProperty('consecutiveFailures')
  })
})

describe('resuming everything', () => {
  const pause = { at: at('00:10'), reason: null, until: null }

  it('writes off what was due from the next slot on', () => {
    expect(planResumeAll(hourly(), pause, at('03:30'))).toEqual({
      set: { lastSlotAt: at('03:00'), nextRunAt: at('04:00') },
      writeOffs: [{ status: 'SKIPPED', reason: 'paused', firstSlot: at('01:00'), lastSlot: at('03:00'), slotCount: 3 }],
    })
  })

  it('counts a next slot that was set by hand, and tells what it jumped over', () => {
    const plan = planResumeAll(hourly({ nextRunAt: at('01:20') }), pause, at('02:30'))
    expect(plan?.writeOffs).toMatchObject([
      { status: 'MISSED', reason: 'edited', firstSlot: at('01:00'), lastSlot: at('01:00'), slotCount: 1 },
      { status: 'SKIPPED', firstSlot: at('01:20'), lastSlot: at('02:00'), slotCount: 2 },
    ])
  })

  it('changes nothing of a schedule that was not due', () => {
    expect(planResumeAll(hourly(), pause, at('00:30'))).toBeNull()
  })

  it('leaves a schedule that is paused itself as it is', () => {
    expect(planResumeAll(hourly({ enabled: false, nextRunAt: null }), pause, at('03:30'))).toBeNull()
  })

  it('wakes a schedule whose own pause was over meanwhile', () => {
    const slept = hourly({ enabled: false, pausedUntil: at('02:00'), nextRunAt: at('03:00') })
    expect(planResumeAll(slept, pause, at('03:30'))).toMatchObject({
      set: { enabled: true, lastSlotAt: at('03:00'), nextRunAt: at('04:00') },
      writeOffs: [{ slotCount: 3 }],
    })
  })

  it('leaves slots due that passed after the pause was over by itself', () => {
    const plan = planResumeAll(hourly(), { ...pause, until: at('02:00') }, at('03:30'))
    expect(plan).toMatchObject({
      set: { nextRunAt: at('03:00') },
      writeOffs: [{ lastSlot: at('02:00'), slotCount: 2 }],
    })
  })
})
