import { describe, expect, it } from 'vitest'
import type { ScheduleDefinition } from '../../src/domain/schedule.js'
import { checkAccount } from '../../src/ledger/check-account.js'
import { planDefinition } from '../../src/ledger/edit-plan.js'
import { planPause, planResume, planResumeAll, type SchedulePlan } from '../../src/ledger/pause-plan.js'
import type { WriteOff } from '../../src/store/store.js'
import { scheduleRow } from '../support/schedule-row.js'

const at = (time: string): Date => new Date(`2026-11-24T${time}:00Z`)
const NOW = at('05:30')

/** 01:00, 02:00 and 03:00 ran; then somebody wrote 01:20 into `nextRunAt`. */
const SET_BACK = scheduleRow({ historyFrom: at('00:30'), lastSlotAt: at('03:00'), nextRunAt: at('01:20') })
const RAN = ['01:00', '02:00', '03:00'].map((time) => ({
  isWriteOff: false,
  trigger: 'CRON' as const,
  firstSlot: null,
  scheduledFor: at(time),
  slotCount: 1,
}))

/** What is wrong with the history once these rows are written. */
function faultsOf({ set, writeOffs }: SchedulePlan): unknown {
  const written = writeOffs.map(({ firstSlot, lastSlot, slotCount }) => ({
    isWriteOff: true,
    trigger: 'CRON' as const,
    firstSlot,
    scheduledFor: lastSlot,
    slotCount,
  }))
  const after = { ...SET_BACK, ...set, cron: SET_BACK.cron, historyFrom: SET_BACK.historyFrom }
  const { holes, overlaps, miscounted } = checkAccount(after, [...RAN, ...written], NOW)
  return { holes, overlaps, miscounted }
}

const NO_FAULTS = { holes: [], overlaps: [], miscounted: [] }

function rows(status: WriteOff['status'], reason: WriteOff['reason']): WriteOff[] {
  return [
    { status, reason, firstSlot: at('01:20'), lastSlot: at('01:20'), slotCount: 1 },
    { status, reason, firstSlot: at('04:00'), lastSlot: at('05:00'), slotCount: 2 },
  ]
}

describe('a next slot that was set by hand to before slots that ran', () => {
  it('is written off in a row of its own by an edit', () => {
    const edited: ScheduleDefinition = { ...SET_BACK, cron: '15 * * * *' }
    const plan = planDefinition(SET_BACK, edited, 'other', NOW)
    expect(plan.writeOffs).toEqual(rows('MISSED', 'edited'))
    expect(plan.set).toMatchObject({ lastSlotAt: at('05:00'), nextRunAt: at('06:15') })
    expect(faultsOf(plan)).toEqual(NO_FAULTS)
  })

  it('is written off in a row of its own at the end of a pause of everything', () => {
    const plan = planResumeAll(SET_BACK, { at: at('03:30'), reason: null, until: null }, NOW)
    expect(plan?.writeOffs).toEqual(rows('SKIPPED', 'paused'))
    expect(plan?.set).toEqual({ lastSlotAt: at('05:00'), nextRunAt: at('06:00') })
    expect(plan && faultsOf(plan)).toEqual(NO_FAULTS)
  })

  it('is written off alone by a pause, whose end writes off only what passed since the last slot that ran', () => {
    const paused = planPause(SET_BACK, at('03:30'), { reason: null, until: null })
    expect(paused.set.lastSlotAt).toEqual(at('03:00'))
    const resumed = planResume({ ...SET_BACK, ...paused.set }, NOW)
    const writeOffs = [...paused.writeOffs, ...(resumed?.writeOffs ?? [])]
    expect(writeOffs).toEqual(rows('SKIPPED', 'paused'))
    expect(faultsOf({ set: { ...paused.set, ...resumed?.set }, writeOffs })).toEqual(NO_FAULTS)
  })

  it('is a row alone where nothing has come due since', () => {
    const plan = planResumeAll(SET_BACK, { at: at('03:10'), reason: null, until: null }, at('03:30'))
    expect(plan?.writeOffs).toEqual(rows('SKIPPED', 'paused').slice(0, 1))
    expect(plan?.set).toEqual({ lastSlotAt: at('03:00'), nextRunAt: at('04:00') })
  })
})
