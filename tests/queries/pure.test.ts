import fc from 'fast-check'
import { v7 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { overdueSince } from '../../src/queries/overdue.js'
import { highestRunId, lowestRunId } from '../../src/domain/run-id-bounds.js'
import { scheduleState } from '../../src/queries/schedule-state.js'
import { groupIntoSlots, type SlotRow } from '../../src/queries/slot-outcome.js'

const NOW = new Date('2026-11-23T12:00:00Z')
const HOUR = 3_600_000
const hour = (count: number) => new Date(NOW.getTime() + count * HOUR)

describe('the state of a schedule', () => {
  const base = { orphaned: false, enabled: true, nextRunAt: hour(1) }
  const idle = { runningRuns: 0, allPaused: false }

  it.each([
    ['waiting', base, idle],
    ['due', { ...base, nextRunAt: NOW }, idle],
    ['ended', { ...base, nextRunAt: null }, idle],
    ['paused', { ...base, enabled: false }, idle],
    ['paused', base, { ...idle, allPaused: true }],
    ['orphaned', { ...base, orphaned: true, enabled: false }, idle],
    ['running', { ...base, enabled: false, orphaned: true }, { ...idle, runningRuns: 1 }],
  ])('is %s', (state, schedule, circumstances) => {
    expect(scheduleState(schedule, NOW, circumstances)).toBe(state)
  })
})

describe('bounds of run ids', () => {
  const times = fc.integer({ min: 0, max: Date.UTC(2400, 0) })
  const skew = fc.integer({ min: -HOUR, max: HOUR })

  it('hold every id made at the time by a clock that is up to an hour off', () => {
    fc.assert(
      fc.property(times, skew, (ms, offMs) => {
        const id = v7({ msecs: Math.max(0, ms + offMs) })
        expect(id >= lowestRunId(new Date(ms)) && id <= highestRunId(new Date(ms))).toBe(true)
      }),
    )
  })

  it('leave out ids of other times', () => {
    fc.assert(
      fc.property(times, (ms) => {
        expect(v7({ msecs: ms }) < lowestRunId(new Date(ms + HOUR + 1))).toBe(true)
        expect(v7({ msecs: ms + HOUR + 1 }) > highestRunId(new Date(ms))).toBe(true)
      }),
    )
  })
})

describe('slots made of rows', () => {
  const row = (slot: Date, status: SlotRow['status'], change: Partial<SlotRow> = {}): SlotRow => ({
    id: 'id',
    scheduleId: 'nightly',
    jobName: 'backup',
    status,
    reason: null,
    scheduledFor: slot,
    firstSlot: null,
    slotCount: 1,
    startedAt: slot,
    finishedAt: new Date(slot.getTime() + 1000),
    ...change,
  })

  it('are called by their worst run, or by what is still open', () => {
    const of = (...statuses: SlotRow['status'][]) =>
      groupIntoSlots(
        statuses.map((status) => row(NOW, status)),
        60,
        600,
      )[0]?.status
    expect(of('COMPLETED', 'FAILED', 'CANCELLED')).toBe('FAILED')
    expect(of('COMPLETED', 'SKIPPED')).toBe('SKIPPED')
    expect(of('FAILED', 'PENDING', 'COMPLETED')).toBe('PENDING')
    expect(of('QUEUED', 'RUNNING')).toBe('RUNNING')
  })

  it('come in the order of their time, also where a backfill ran an old one last', () => {
    const rows = [row(hour(-9), 'COMPLETED'), row(hour(-1), 'COMPLETED'), row(hour(-2), 'COMPLETED')]
    expect(groupIntoSlots(rows, 60, 600).map(({ scheduledFor }) => scheduledFor)).toEqual([
      hour(-9),
      hour(-2),
      hour(-1),
    ])
  })

  it('leave out what came before the rows that were read of a job', () => {
    const often = [-1, -2, -3].map((count) => row(hour(count), 'COMPLETED'))
    const seldom = [-1, -4].map((count) => row(hour(count), 'COMPLETED', { jobName: 'weekly' }))
    expect(groupIntoSlots([...often, ...seldom], 60, 3)).toMatchObject([
      { scheduledFor: hour(-3), runs: 1 },
      { scheduledFor: hour(-2), runs: 1 },
      { scheduledFor: hour(-1), runs: 2 },
    ])
    expect(groupIntoSlots([...often, ...seldom], 60, 4)).toHaveLength(4)
    expect(groupIntoSlots([...often, ...seldom], 2, 4)).toHaveLength(2)
  })

  it('that did not run have no runs and no duration', () => {
    const written = row(NOW, 'MISSED', { jobName: '*', startedAt: null, slotCount: 5, firstSlot: hour(-5) })
    expect(groupIntoSlots([written], 60, 600)).toMatchObject([{ runs: 0, durationMs: null, slotCount: 5 }])
  })
})

describe('the platform is overdue', () => {
  it('once two intervals have gone by without a sign of life', () => {
    const at = (lastSignOfLifeAt: Date | null) => overdueSince({ now: NOW, lastSignOfLifeAt }, HOUR)
    expect(at(hour(-2))).toBeNull()
    expect(at(new Date(hour(-2).getTime() - 1))).toEqual(new Date(hour(-2).getTime() - 1))
    expect(at(null)).toBeNull()
  })
})
