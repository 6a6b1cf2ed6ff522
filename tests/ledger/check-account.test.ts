import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstSlotAfter } from '../../src/calendar/window.js'
import type { Schedule } from '../../src/domain/schedule.js'
import { checkAccount, type AccountRow } from '../../src/ledger/check-account.js'
import { planDefinition } from '../../src/ledger/edit-plan.js'
import { planPause, planResume, planResumeAll, type SchedulePlan } from '../../src/ledger/pause-plan.js'
import { decide } from '../../src/pass/decide.js'
import type { GlobalPause } from '../../src/store/store.js'
import { aRun, aSchedule, at, rules } from '../pass/schedules.js'

const MINUTE = 60_000
const CRONS = ['*/5 * * * *', '0 * * * *', '17 */2 * * *', '30 2 * * *', '@weekly']
const ZONES = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham']

/** A schedule in memory with the rows that passes, commands and pruning leave of it. */
class History {
  schedule: Schedule
  rows: AccountRow[] = []
  now: Date
  globalPause: GlobalPause | null = null

  constructor(change: Partial<Schedule>, start: Date) {
    const schedule = aSchedule({ ...change, historyFrom: start, lastSlotAt: null })
    this.schedule = { ...schedule, nextRunAt: firstSlotAfter(schedule, start) }
    this.now = start
  }

  apply(plan: SchedulePlan | null): void {
    if (plan === null) return
    this.schedule = { ...this.schedule, ...plan.set }
    for (const { firstSlot, lastSlot, slotCount } of plan.writeOffs) {
      this.rows.push({ isWriteOff: true, trigger: 'CRON', firstSlot, scheduledFor: lastSlot, slotCount })
    }
  }

  /** Takes what a pass takes, by the decision of the pass, until nothing more is due. */
  pass(open: boolean): void {
    for (let step = 0; step < 500; step += 1) {
      const run = aRun({ status: 'RUNNING', passId: 1, createdAt: this.schedule.historyFrom })
      const running = open ? [{ ...run, passStartedAt: null }] : []
      const { take, more } = decide(
        { now: this.now, schedule: this.schedule, open: running, waiting: [] },
        rules({ until: new Date(this.now.getTime() + 5000), globalPause: this.globalPause, limit: 3 }),
      )
      this.apply({ set: take.set ?? {}, writeOffs: take.writeOffs })
      for (const { scheduledFor } of take.slots) {
        this.rows.push({ isWriteOff: false, trigger: 'CRON', firstSlot: null, scheduledFor, slotCount: 1 })
      }
      if (!more || take.slots.length === 0) return
    }
  }

  resumeAll(): void {
    if (this.globalPause !== null) this.apply(planResumeAll(this.schedule, this.globalPause, this.now))
    this.globalPause = null
  }

  /** As `prune` does: the oldest rows go, and the account starts after the newest slot among them. */
  prune(keep: number): void {
    const gone = this.rows.splice(0, Math.max(0, this.rows.length - keep))
    const newest = Math.max(0, ...gone.map((row) => row.scheduledFor.getTime()))
    if (newest >= this.schedule.historyFrom.getTime()) {
      this.schedule = { ...this.schedule, historyFrom: new Date(newest + 1) }
    }
  }

  backfill(): void {
    const writtenOff = this.rows.find((row) => row.isWriteOff)
    if (writtenOff === undefined) return
    this.rows.push({ ...writtenOff, isWriteOff: false, trigger: 'BACKFILL', firstSlot: null, slotCount: 1 })
  }

  check() {
    return checkAccount(this.schedule, this.rows, this.now)
  }
}

const schedules = fc.record({
  cron: fc.constantFrom(...CRONS),
  timezone: fc.constantFrom(...ZONES),
  catchUp: fc.constantFrom('latest', 'all', 'skip'),
  catchUpLimit: fc.integer({ min: 1, max: 5 }),
  catchUpWindowMs: fc.option(fc.integer({ min: 1, max: 3000 }).map((minutes) => minutes * MINUTE)),
  overlap: fc.constantFrom('wait', 'skip', 'allow', 'replace'),
  environments: fc.constantFrom(null, null, ['elsewhere']),
})

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), minutes: fc.integer({ min: 0, max: 6000 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('pass', 'pass', 'pass beside a run') }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('pause'), minutes: fc.option(fc.integer({ min: 1, max: 2000 })) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('resume', 'pause-all', 'resume-all', 'prune', 'backfill', 'orphan') }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('edit'), cron: fc.constantFrom(...CRONS) }) },
  ),
  { maxLength: 30 },
)

function take(history: History, action: { do: string; minutes?: number | null; cron?: string }): void {
  const { now, schedule } = history
  const minutes = action.minutes ?? null
  const later = minutes === null ? null : new Date(now.getTime() + minutes * MINUTE)
  if (action.do === 'wait' && later !== null) history.now = later
  if (action.do === 'pass') history.pass(false)
  if (action.do === 'pass beside a run') history.pass(true)
  if (action.do === 'pause') history.apply(planPause(schedule, now, { reason: null, until: later }))
  if (action.do === 'resume') history.apply(planResume(schedule, now))
  if (action.do === 'pause-all') history.globalPause ??= { at: now, reason: null, until: null }
  if (action.do === 'resume-all') history.resumeAll()
  if (action.do === 'prune') history.prune(4)
  if (action.do === 'backfill') history.backfill()
  if (action.do === 'orphan') history.schedule = { ...schedule, orphaned: true, nextRunAt: null }
  if (action.do === 'edit') {
    history.apply(planDefinition(schedule, { ...schedule, cron: action.cron ?? schedule.cron }, 'x', now))
  }
}

const begin = fc.date({ min: at('00:00', '2026-02-01'), max: at('00:00', '2026-12-01'), noInvalidDate: true })

describe('the check of an account', () => {
  it('finds nothing wrong at any moment, whatever passes, pauses, edits, orphans, backfills and pruning do', () => {
    fc.assert(
      fc.property(schedules, begin, steps, (change, start, actions) => {
        const history = new History(change as Partial<Schedule>, start)
        for (const action of actions) {
          take(history, action)
          expect(history.check()).toMatchObject({ holes: [], overlaps: [], miscounted: [] })
        }
      }),
      { numRuns: 500 },
    )
  })

  it('finds the hole that a lost row leaves, and counts its slots', () => {
    fc.assert(
      fc.property(schedules, begin, steps, fc.nat(), (change, start, actions, index) => {
        const history = new History({ ...change, environments: null }, start)
        for (const action of actions) if (action.do !== 'backfill') take(history, action)
        const rows = history.rows.filter((row) => row.scheduledFor >= history.schedule.historyFrom)
        const lost = rows[index % Math.max(1, rows.length)]
        if (lost === undefined || (lost.firstSlot ?? lost.scheduledFor) <= history.schedule.historyFrom) {
          fc.pre(false)
          return
        }
        history.rows = history.rows.filter((row) => row !== lost)
        const { holes } = history.check()
        expect(holes.map(({ count }) => count)).toEqual([lost.slotCount])
        expect(holes[0]?.last).toEqual(lost.scheduledFor)
      }),
      { numRuns: 300 },
    )
  })

  const hourly = aSchedule({ historyFrom: at('00:30'), lastSlotAt: at('05:00'), nextRunAt: at('06:00') })
  const ran = (time: string): AccountRow => {
    return { isWriteOff: false, trigger: 'CRON', firstSlot: null, scheduledFor: at(time), slotCount: 1 }
  }
  const missed = (first: string, last: string, slotCount: number): AccountRow => {
    return { isWriteOff: true, trigger: 'CRON', firstSlot: at(first), scheduledFor: at(last), slotCount }
  }

  it('names slots with two fates and write-offs that miscount', () => {
    const twice = [ran('01:00'), missed('01:00', '04:00', 4), ran('03:00'), ran('05:00')]
    expect(checkAccount(hourly, twice, at('05:10'))).toMatchObject({
      holes: [],
      overlaps: [
        { first: at('01:00'), count: 1 },
        { first: at('03:00'), count: 1 },
      ],
    })
    const wrong = [missed('01:00', '04:00', 3), ran('05:00')]
    expect(checkAccount(hourly, wrong, at('05:10')).miscounted).toEqual([
      { first: at('01:00'), last: at('04:00'), count: 4, recorded: 3 },
    ])
  })

  it('sees slots that an instant set by hand has jumped over', () => {
    const rows = [missed('01:00', '04:00', 4), ran('05:00')]
    const jumped = { ...hourly, nextRunAt: at('09:00') }
    expect(checkAccount(jumped, rows, at('08:30')).holes).toEqual([{ first: at('06:00'), last: at('08:00'), count: 3 }])
    expect(checkAccount({ ...hourly, nextRunAt: null }, rows, at('07:30')).holes).toMatchObject([{ count: 2 }])
  })

  it('leaves due slots, paused ones and those of orphans to what comes', () => {
    const rows = [missed('01:00', '04:00', 4), ran('05:00')]
    for (const change of [{}, { enabled: false, nextRunAt: null }, { orphaned: true, nextRunAt: null }]) {
      expect(checkAccount({ ...hourly, ...change }, rows, at('12:00')).holes).toEqual([])
    }
  })
})
