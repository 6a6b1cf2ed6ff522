import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileCron } from '../../src/calendar/cron.js'
import { accountedUntil, dueRanges, firstSlotAfter, isSlot, laterOf, slotSpan } from '../../src/calendar/window.js'
import { planDefinition } from '../../src/ledger/edit-plan.js'
import { planPause, planResume, planResumeAll, type SchedulePlan } from '../../src/ledger/pause-plan.js'
import type { Schedule } from '../../src/domain/schedule.js'
import type { GlobalPause, WriteOff } from '../../src/store/store.js'
import { scheduleRow } from '../support/schedule-row.js'

const MINUTE = 60_000
const CRONS = ['*/5 * * * *', '0 * * * *', '17 */2 * * *', '30 2 * * *', '0 0 1 * *']
const ZONES = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe']

/** A schedule in memory, with the account that its history would show. */
class Simulation {
  now: Date
  schedule: Schedule
  globalPause: GlobalPause | null = null
  rows: { first: Date; last: Date; count: number }[] = []

  constructor(start: Date, cron: string, timezone: string) {
    this.now = start
    const times = { cron, timezone, startsAt: null, endsAt: null }
    this.schedule = scheduleRow({ cron, timezone, historyFrom: start, nextRunAt: firstSlotAfter(times, start) })
  }

  apply(plan: SchedulePlan | null): void {
    if (plan === null) return
    this.rows.push(
      ...plan.writeOffs.map(({ firstSlot: first, lastSlot: last, slotCount: count }: WriteOff) => ({
        first,
        last,
        count,
      })),
    )
    this.schedule = { ...this.schedule, ...plan.set }
  }

  /** What a pass does: wakes, then takes the newest due slot and writes off the others. */
  pass(): void {
    if (this.globalPause !== null) return
    const { pausedUntil, enabled } = this.schedule
    if (!enabled && (pausedUntil === null || pausedUntil > this.now)) return
    this.apply(planResume(this.schedule, this.now))
    const due = dueRanges(this.schedule, this.now)
    const newest = due.at(-1)?.last
    if (newest === undefined) return
    this.rows.push(...due)
    const lastSlotAt = laterOf(newest, this.schedule.lastSlotAt)
    this.schedule = { ...this.schedule, lastSlotAt, nextRunAt: firstSlotAfter(this.schedule, lastSlotAt) }
  }

  /** Somebody writes an instant that is no slot into `nextRunAt`, before slots that have a fate. */
  setByHand(minutesBefore: number): void {
    const { enabled, lastSlotAt } = this.schedule
    if (!enabled || lastSlotAt === null) return
    this.schedule = { ...this.schedule, nextRunAt: new Date(lastSlotAt.getTime() - (minutesBefore + 0.5) * MINUTE) }
  }

  edit(cron: string): void {
    const definition = { ...this.schedule, cron }
    const before = this.schedule
    const plan = planDefinition(this.schedule, definition, cron, this.now)
    this.apply(plan)
    if (cron === before.cron) return
    // What a pause with `until` or a plain pause still covers of the old times is in the row written now; what stays due
    // is of the new account.
    this.expectWhole(before, laterOf(before.historyFrom, this.schedule.historyFrom))
    this.rows = []
  }

  resumeAll(): void {
    if (this.globalPause !== null) this.apply(planResumeAll(this.schedule, this.globalPause, this.now))
    this.globalPause = null
  }

  /** Every slot of the definition since its account began is in exactly one row. */
  expectWhole(schedule: Schedule, until = this.now): void {
    const { cron, timezone, historyFrom } = schedule
    const slots = [...compileCron(cron, timezone).slots(historyFrom, until)].map((slot) => slot.getTime())
    const accounted = slots.map((slot) => this.rows.filter(({ first, last }) => +first <= slot && slot <= +last).length)
    expect(accounted).toEqual(slots.map(() => 1))
    for (const { first, last, count } of this.rows) {
      const setByHand = isSlot(schedule, first) ? 0 : 1
      expect(count).toBe(setByHand + slotSpan(schedule, new Date(first.getTime() - 1), last, 0).count)
    }
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({ do: fc.constant('pause' as const), minutes: fc.option(fc.integer({ min: 1, max: 2000 })) }),
  fc.record({ do: fc.constantFrom('resume', 'pass', 'pause-all', 'resume-all') }),
  fc.record({ do: fc.constant('edit' as const), cron: fc.constantFrom(...CRONS) }),
  fc.record({ do: fc.constant('by-hand' as const), minutes: fc.integer({ min: 0, max: 500 }) }),
)

function take(simulation: Simulation, action: { do: string; minutes?: number | null; cron?: string }): void {
  const { now, schedule } = simulation
  const later =
    action.minutes === null || action.minutes === undefined ? null : new Date(now.getTime() + action.minutes * MINUTE)
  if (action.do === 'wait' && later !== null) simulation.now = later
  if (action.do === 'pause') simulation.apply(planPause(schedule, now, { reason: null, until: later }))
  if (action.do === 'by-hand') simulation.setByHand(action.minutes ?? 0)
  if (action.do === 'resume') simulation.apply(planResume(schedule, now))
  if (action.do === 'pass') simulation.pass()
  if (action.do === 'pause-all') simulation.globalPause ??= { at: now, reason: null, until: null }
  if (action.do === 'resume-all') simulation.resumeAll()
  if (action.do === 'edit' && action.cron !== undefined) simulation.edit(action.cron)
}

describe('the account of a schedule', () => {
  it('has neither a hole nor an overlap, whatever is paused, resumed, edited, set back by hand and passed over', () => {
    const start = fc.date({
      min: new Date('2026-03-20T00:00:00Z'),
      max: new Date('2026-11-05T00:00:00Z'),
      noInvalidDate: true,
    })
    const steps = fc.array(step, { maxLength: 25 })
    fc.assert(
      fc.property(start, fc.constantFrom(...CRONS), fc.constantFrom(...ZONES), steps, (begin, cron, zone, actions) => {
        const simulation = new Simulation(begin, cron, zone)
        for (const action of actions) take(simulation, action)
        simulation.resumeAll()
        simulation.apply(planResume(simulation.schedule, simulation.now))
        simulation.pass()
        simulation.expectWhole(simulation.schedule)
        expect(simulation.schedule.nextRunAt).toEqual(
          firstSlotAfter(
            simulation.schedule,
            new Date(Math.max(+simulation.now, +accountedUntil(simulation.schedule))),
          ),
        )
      }),
      { numRuns: 300 },
    )
  })
})
