import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/domain/run.js'
import { decide } from '../../src/pass/decide.js'
import type { OpenRun } from '../../src/store/store.js'
import { aRun, at, locked, rules } from './schedules.js'

const hourLater = { now: at('07:30'), open: [], waiting: [] }
const until = at('07:30:05')

describe('a due slot', () => {
  it('is taken with its jobs in declared order, and the schedule moves to the next one', () => {
    const { take, plan } = decide(locked({ jobNames: ['b', 'a'] }), rules())
    expect(take.slots).toMatchObject([{ scheduledFor: at('03:00'), runs: [{ jobName: 'b' }, { jobName: 'a' }] }])
    expect(take.set).toMatchObject({ nextRunAt: at('04:00'), lastSlotAt: at('03:00') })
    expect(take.writeOffs).toEqual([])
    expect(plan).toMatchObject({ decision: 'run', slots: [at('03:00')], jobs: ['b', 'a'], missed: null })
  })

  it('that lies ahead is left alone', () => {
    const { take, plan } = decide(locked({ nextRunAt: at('04:00') }), rules())
    expect([take.slots, take.set, plan]).toEqual([[], null, null])
  })

  it('set by hand off the grid is the next slot, and the one after it is on the grid again', () => {
    const { take } = decide(
      locked({ nextRunAt: at('02:59:58.123') }, { now: at('02:59:59') }),
      rules({ until: at('02:59:59') }),
    )
    expect(take.slots[0]?.scheduledFor).toEqual(at('02:59:58.123'))
    expect(take.set?.nextRunAt).toEqual(at('03:00'))
  })

  it('set by hand to the past does not walk again through slots that have a fate', () => {
    const { take } = decide(
      locked({ nextRunAt: at('00:15'), lastSlotAt: at('03:00') }, { now: at('03:20') }),
      rules({ until: at('03:20') }),
    )
    expect(take.slots.map((slot) => slot.scheduledFor)).toEqual([at('00:15')])
    expect(take.writeOffs).toEqual([])
    expect(take.set).toMatchObject({ nextRunAt: at('04:00'), lastSlotAt: at('03:00') })
  })

  it('set by hand to the past is written off by itself, in no row with slots that have a fate', () => {
    const byHand = { nextRunAt: at('00:15'), lastSlotAt: at('03:00') }
    const later = { now: at('06:20') }
    const { take } = decide(locked(byHand, later), rules({ until: at('06:20') }))
    expect(take.writeOffs).toMatchObject([
      { reason: 'coalesced', firstSlot: at('00:15'), lastSlot: at('00:15'), slotCount: 1 },
      { reason: 'coalesced', firstSlot: at('04:00'), lastSlot: at('05:00'), slotCount: 2 },
    ])
    const skipped = decide(locked({ ...byHand, environments: ['production'] }, later), rules({ until: at('06:20') }))
    expect(skipped.take.writeOffs.map(({ slotCount, lastSlot }) => [slotCount, lastSlot])).toEqual([
      [1, at('00:15')],
      [3, at('06:00')],
    ])
  })

  it('of another config, or orphaned, is not ours', () => {
    expect(decide(locked({ configName: 'other' }), rules()).take.slots).toEqual([])
    expect(decide(locked({ orphaned: true }), rules()).take.slots).toEqual([])
  })

  it('whose job this config lacks is left due and the job is named', () => {
    const decision = decide(
      locked({ source: 'DATABASE' }),
      rules({ selectJobs: () => ({ names: [], missing: ['mail'] }) }),
    )
    expect(decision).toMatchObject({ missing: ['mail'], plan: { decision: 'wait' }, take: { slots: [], set: null } })
  })

  it('outside its environments is skipped and accounted for', () => {
    const { take, plan } = decide(locked({ environments: ['production'] }), rules())
    expect(take.writeOffs).toEqual([
      { status: 'SKIPPED', reason: 'environment', firstSlot: at('03:00'), lastSlot: at('03:00'), slotCount: 1 },
    ])
    expect(plan?.decision).toBe('skip')
  })

  it('after endsAt does not exist, so nothing comes next', () => {
    expect(decide(locked({ endsAt: at('03:30') }), rules()).take.set).toMatchObject({ nextRunAt: null })
  })
})

describe('catch-up after an outage from 03:00 to 07:30', () => {
  it('`latest` runs the newest slot under its own time and writes off the others in one row', () => {
    const { take, plan } = decide(locked({}, hourLater), rules({ until }))
    expect(take.slots.map((slot) => slot.scheduledFor)).toEqual([at('07:00')])
    expect(take.writeOffs).toEqual([
      { status: 'MISSED', reason: 'coalesced', firstSlot: at('03:00'), lastSlot: at('06:00'), slotCount: 4 },
    ])
    expect(plan?.missed).toEqual({ count: 4, from: at('03:00'), to: at('06:00') })
    expect(take.set).toMatchObject({ nextRunAt: at('08:00'), lastSlotAt: at('07:00') })
  })

  it('`all` takes the oldest and leaves the rest due', () => {
    const decision = decide(locked({ catchUp: 'all' }, hourLater), rules({ until }))
    expect(decision.take.slots.map((slot) => slot.scheduledFor)).toEqual([at('03:00')])
    expect(decision.take.set).toMatchObject({ nextRunAt: at('04:00'), lastSlotAt: at('03:00') })
    expect(decision.more).toBe(true)
  })

  it('`all` with overlap `allow` takes them side by side, no more than can soon be started', () => {
    const decision = decide(locked({ catchUp: 'all', overlap: 'allow' }, hourLater), rules({ until, limit: 3 }))
    expect(decision.take.slots.map((slot) => slot.scheduledFor)).toEqual([at('03:00'), at('04:00'), at('05:00')])
    expect(decision.take.set?.nextRunAt).toEqual(at('06:00'))
    expect(decision.more).toBe(true)
  })

  it('`all` keeps the newest `catchUpLimit` slots', () => {
    const { take } = decide(locked({ catchUp: 'all', catchUpLimit: 2 }, hourLater), rules({ until }))
    expect(take.writeOffs).toEqual([
      { status: 'MISSED', reason: 'limit', firstSlot: at('03:00'), lastSlot: at('05:00'), slotCount: 3 },
    ])
    expect(take.slots.map((slot) => slot.scheduledFor)).toEqual([at('06:00')])
  })

  it('`skip` runs nothing older than twice the pass interval', () => {
    const { take } = decide(locked({ catchUp: 'skip', cron: '0 3 * * *' }, hourLater), rules({ until }))
    expect(take.slots).toEqual([])
    expect(take.writeOffs).toMatchObject([{ reason: 'window', slotCount: 1 }])
    expect(take.set?.nextRunAt).toEqual(at('03:00', '2026-11-25'))
  })

  it('a window cuts off the oldest, `latest` then chooses among the rest', () => {
    const { take } = decide(locked({ catchUpWindowMs: 2 * 3_600_000 }, hourLater), rules({ until }))
    expect(take.writeOffs).toEqual([
      { status: 'MISSED', reason: 'window', firstSlot: at('03:00'), lastSlot: at('05:00'), slotCount: 3 },
      { status: 'MISSED', reason: 'coalesced', firstSlot: at('06:00'), lastSlot: at('06:00'), slotCount: 1 },
    ])
    expect(take.slots.map((slot) => slot.scheduledFor)).toEqual([at('07:00')])
  })

  it('thirty days of minutes are a handful of rows', () => {
    const longAgo = { cron: '* * * * *', nextRunAt: at('07:30', '2026-10-25'), lastSlotAt: at('07:29', '2026-10-25') }
    const latest = decide(locked(longAgo, hourLater), rules({ until })).take
    expect(latest.writeOffs).toMatchObject([{ reason: 'coalesced', slotCount: 43_200 }])
    const all = decide(locked({ ...longAgo, catchUp: 'all' }, hourLater), rules({ until })).take
    expect(all.writeOffs).toMatchObject([{ reason: 'limit', slotCount: 43_101 }])
  })
})

describe('while a run of the schedule is open', () => {
  const open = [aRun({ status: 'RUNNING', passId: 4, createdAt: at('02:00:01') })]

  it('`wait` leaves the slot due', () => {
    const { take, plan, more } = decide(locked({}, { open }), rules())
    expect([take.slots, take.set, take.writeOffs]).toEqual([[], null, []])
    expect([plan?.decision, more]).toEqual(['locked', true])
  })

  it('`skip` records the slot as skipped', () => {
    const { take } = decide(locked({ overlap: 'skip' }, { open }), rules())
    expect(take.writeOffs).toMatchObject([{ status: 'SKIPPED', reason: 'overlap', slotCount: 1 }])
    expect(take.set?.nextRunAt).toEqual(at('04:00'))
  })

  const attempt = (passId: number, time: string): Attempt => ({
    number: 1,
    status: 'FAILED',
    startedAt: at(time).toISOString(),
    finishedAt: at(time).toISOString(),
    durationMs: 0,
    passId,
    error: null,
  })

  it.each<[string, boolean, Partial<OpenRun>]>([
    [
      'what a crash left that has begun since, in a pass that began since',
      false,
      { passStartedAt: at('02:59'), startedAt: at('03:00:00.500') },
    ],
    ['what a crash left that a pass has begun before', true, { passStartedAt: at('02:10'), startedAt: at('02:30') }],
    ['a request that began before', true, { trigger: 'MANUAL', startedAt: at('02:30') }],
    ['a request that began since', false, { trigger: 'MANUAL', startedAt: at('03:00:00.500') }],
    ['a request that has not begun', false, { trigger: 'MANUAL', status: 'PENDING' }],
    ['a backfill that began since', false, { trigger: 'BACKFILL', startedAt: at('03:00:00.500') }],
    ["its slot's first attempt, however late it began", true, { startedAt: at('03:00:00.500') }],
    ["its slot's run whose turn has not come", true, { status: 'PENDING' }],
    ['what goes on after a crash', false, { attempts: [attempt(3, '02:00')], startedAt: at('03:00:00.500') }],
    ['what went on before after a crash', true, { attempts: [attempt(3, '01:00')], startedAt: at('02:30') }],
    ['what a crash left that has not begun', false, { status: 'PENDING', reason: 'crashed' }],
    [
      'what has not begun again after a crash',
      false,
      { status: 'PENDING', reason: 'crashed', attempts: [attempt(3, '02:00')], startedAt: at('02:00') },
    ],
    [
      'a retry that the pass has waited for',
      true,
      { trigger: 'MANUAL', attempts: [attempt(4, '02:30')], startedAt: at('03:00:00.500') },
    ],
    [
      'a retry that the pass waits for',
      true,
      { status: 'PENDING', reason: 'retry', attempts: [attempt(4, '02:00')], startedAt: at('02:00') },
    ],
  ])('`skip` asks since when the run is open: %s (overlap: %s)', (_, isOverlap, change) => {
    const { passStartedAt = null, ...columns } = change
    const run = aRun({ status: 'RUNNING', passId: 4, attempt: 1, createdAt: at('01:00'), ...columns })
    const open = [{ ...run, passStartedAt }]
    const { take, more } = decide(locked({ overlap: 'skip' }, { open }), rules())
    expect(take.writeOffs).toMatchObject(isOverlap ? [{ reason: 'overlap' }] : [])
    expect(more).toBe(!isOverlap)
    const { take: replaced } = decide(locked({ overlap: 'replace' }, { open }), rules())
    expect(replaced.stop).toHaveLength(isOverlap ? 1 : 0)
  })

  it('`skip` looks at the one that is open for longest', () => {
    const runs = ['02:30', '03:00:00.500'].map((time) =>
      aRun({ trigger: 'MANUAL', status: 'RUNNING', passId: 4, attempt: 1, startedAt: at(time) }),
    )
    const { take } = decide(locked({ overlap: 'skip' }, { open: runs }), rules())
    expect(take.writeOffs).toMatchObject([{ reason: 'overlap' }])
  })

  it('`allow` runs the slot beside it', () => {
    expect(decide(locked({ overlap: 'allow' }, { open }), rules()).take.slots).toHaveLength(1)
  })

  it('`replace` tells it to stop, once, and takes the slot when it has', () => {
    const first = decide(locked({ overlap: 'replace' }, { open }), rules())
    expect(first.take.stop).toEqual([{ runId: open[0]?.id, reason: 'replaced' }])
    expect(first.makesWay).toBe(true)
    expect(first.take.slots).toEqual([])
    const asked = [{ ...open[0]!, cancelRequestedAt: at('03:00:01') }]
    expect(decide(locked({ overlap: 'replace' }, { open: asked }), rules())).toMatchObject({
      makesWay: true,
      take: { stop: [] },
    })
    expect(decide(locked({ overlap: 'replace' }), rules()).take.slots).toHaveLength(1)
  })

  it('a request waits too, unless overlap allows it', () => {
    const waiting = [aRun({ id: 'm', trigger: 'MANUAL', scheduledFor: null, availableAt: at('02:30') })]
    const later = { nextRunAt: at('04:00') }
    expect(decide(locked(later, { open, waiting }), rules()).take.resume).toEqual([])
    expect(decide(locked({ ...later, overlap: 'allow' }, { open, waiting }), rules()).take.resume).toEqual(['m'])
  })
})

describe('waiting runs', () => {
  const crashed = (id: string, jobName: string) => aRun({ id, jobName, reason: 'crashed', availableAt: at('02:59') })

  it('cut short by a crash go on together before a newer slot', () => {
    const waiting = [crashed('2', 'second'), crashed('3', 'third')]
    const { take, more } = decide(locked({}, { waiting }), rules())
    expect(take.resume).toEqual(['2', '3'])
    expect([take.slots, more]).toEqual([[], true])
  })

  it('a retry of an older slot ends as superseded when its job starts for a newer one', () => {
    const retry = aRun({ id: 'r', reason: 'retry', attempt: 1, availableAt: at('03:10') })
    const { take } = decide(locked({}, { waiting: [retry] }), rules())
    expect(take.end).toMatchObject([{ runId: 'r', status: 'FAILED', reason: 'superseded' }])
    expect(take.slots).toHaveLength(1)
    expect(take.resume).toEqual([])
  })

  it('a retry whose time has come is taken when no newer slot is due', () => {
    const retry = aRun({ id: 'r', reason: 'retry', attempt: 1, availableAt: at('03:00') })
    expect(decide(locked({ nextRunAt: at('04:00') }, { waiting: [retry] }), rules()).take.resume).toEqual(['r'])
    const later = { ...retry, availableAt: at('03:30') }
    expect(decide(locked({ nextRunAt: at('04:00') }, { waiting: [later] }), rules()).take.resume).toEqual([])
  })

  it('with `all` an available retry of an older slot goes before the next slot', () => {
    const retry = aRun({ id: 'r', reason: 'retry', attempt: 1, availableAt: at('02:59') })
    const { take, more } = decide(locked({ catchUp: 'all' }, { waiting: [retry] }), rules())
    expect([take.resume, take.end, take.slots, more]).toEqual([['r'], [], [], true])
  })

  it('two requests are taken one after the other', () => {
    const request = (id: string, createdAt: Date) =>
      aRun({ id, trigger: 'MANUAL', scheduledFor: null, availableAt: createdAt, createdAt })
    const waiting = [request('a', at('02:10')), request('b', at('02:20'))]
    const decision = decide(locked({ nextRunAt: at('04:00') }, { waiting }), rules())
    expect([decision.take.resume, decision.more]).toEqual([['a'], true])
  })

  it('a request is taken though the schedule is paused', () => {
    const waiting = [aRun({ id: 'm', trigger: 'MANUAL', scheduledFor: null, availableAt: at('02:30') })]
    const decision = decide(locked({ enabled: false, nextRunAt: null }, { waiting }), rules())
    expect(decision.take.resume).toEqual(['m'])
  })

  it('backfills run oldest slot first, one after another', () => {
    const fill = (id: string, slot: string) =>
      aRun({ id, trigger: 'BACKFILL', scheduledFor: at(slot), availableAt: at('02:30') })
    const decision = decide(
      locked({ nextRunAt: at('04:00') }, { waiting: [fill('x', '01:30'), fill('y', '01:00')] }),
      rules(),
    )
    expect([decision.take.resume, decision.more]).toEqual([['y'], true])
  })

  it('backfills run one slot after another where overlap allows slots beside each other too', () => {
    const fill = (id: string, slot: string, change: Partial<OpenRun> = {}) =>
      aRun({ id, trigger: 'BACKFILL', scheduledFor: at(slot), availableAt: at('02:30'), ...change })
    const schedule = { nextRunAt: at('04:00'), overlap: 'allow' as const }
    const waiting = [fill('x', '01:30'), fill('y', '01:00'), fill('z', '01:00', { jobName: 'second' })]
    const first = decide(locked(schedule, { waiting }), rules())
    expect([first.take.resume, first.more]).toEqual([['y', 'z'], true])
    const open = [fill('y', '01:00', { status: 'RUNNING', passId: 7, availableAt: null })]
    const second = decide(locked(schedule, { waiting: waiting.slice(0, 1), open }), rules())
    expect([second.take.resume, second.more]).toEqual([[], true])
  })

  it('the runs of one slot go on together, however few can soon be started', () => {
    const cut = (id: string, jobName: string, slot: string) =>
      aRun({ id, jobName, scheduledFor: at(slot), reason: 'crashed', availableAt: at('02:30') })
    const waiting = [cut('a', 'one', '01:00'), cut('b', 'two', '01:00'), cut('c', 'one', '02:00')]
    const decision = decide(locked({ nextRunAt: at('04:00'), overlap: 'allow' }, { waiting }), rules({ limit: 1 }))
    expect([decision.take.resume, decision.more]).toEqual([['a', 'b'], true])
  })

  it('a retry of a run that reached its timeout in this very pass is left to a later one', () => {
    const attempt = {
      number: 1,
      status: 'TIMED_OUT' as const,
      startedAt: '',
      finishedAt: '',
      durationMs: 1,
      error: null,
    }
    const waiting = [
      aRun({ id: 'r', reason: 'retry', availableAt: at('02:30'), attempts: [{ ...attempt, passId: 7 }] }),
    ]
    const decided = (passId: number) => decide(locked({ nextRunAt: at('04:00') }, { waiting }), rules({ passId }))
    expect([decided(7).take.resume, decided(7).more]).toEqual([[], false])
    expect(decided(8).take.resume).toEqual(['r'])
  })

  it('of jobs that this config lacks are left and named', () => {
    const waiting = [aRun({ id: 'm', trigger: 'MANUAL', scheduledFor: null, availableAt: at('02:30') })]
    const decision = decide(locked({ nextRunAt: null }, { waiting }), rules({ hasJob: () => false }))
    expect([decision.take.resume, decision.missing]).toEqual([[], ['work']])
  })
})

describe('a pause', () => {
  it('takes no slot', () => {
    const { take, plan } = decide(locked({ enabled: false, pausedReason: 'moving house' }), rules())
    expect([take.slots, take.set]).toEqual([[], null])
    expect(plan).toMatchObject({ decision: 'paused', reason: 'moving house' })
  })

  it('of everything takes no slot either', () => {
    const globalPause = { at: at('02:30'), reason: null, until: null }
    expect(decide(locked({}), rules({ globalPause })).take.slots).toEqual([])
  })

  it('that has run out accounts for what passed and goes on with the first slot after it', () => {
    const paused = { enabled: false, pausedUntil: at('05:30'), lastSlotAt: at('02:00'), nextRunAt: at('06:00') }
    const { take } = decide(locked(paused, { now: at('06:10') }), rules({ until: at('06:10:05') }))
    expect(take.writeOffs).toEqual([
      { status: 'SKIPPED', reason: 'paused', firstSlot: at('03:00'), lastSlot: at('05:00'), slotCount: 3 },
    ])
    expect(take.slots.map((slot) => slot.scheduledFor)).toEqual([at('06:00')])
    expect(take.set).toMatchObject({
      enabled: true,
      pausedUntil: null,
      nextRunAt: at('07:00'),
      lastSlotAt: at('06:00'),
    })
  })
})
