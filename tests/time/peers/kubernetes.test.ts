import { describe, expect, it, test } from 'vitest'
import { compileCron } from '../../../src/calendar/cron.js'
import type { Overlap, Schedule } from '../../../src/domain/schedule.js'
import { decideAt, openRun, slotsRunAt, type Moment } from './peer.js'

/**
 * The situations of the Kubernetes CronJob controller's tests, in our words, with what we do. Source:
 * kubernetes/kubernetes, pkg/controller/cronjob/utils_test.go (TestNextScheduleTime, TestMostRecentScheduleTime) and
 * cronjob_controllerv2_test.go (TestControllerV2SyncCronJob). Its `concurrencyPolicy` Allow, Forbid, Replace is our
 * overlap `allow`, `wait`, `replace`; `startingDeadlineSeconds` is `catchUpWindow`; `suspend` is a pause.
 */
const HOUR = 3_600_000
const MINUTE = 60_000
const SECOND = 1000
const ON_THE_HOUR = '0 * * * *'
/** A Thursday. */
const TEN = Date.parse('2016-05-19T10:00:00Z')
const after = (ms: number): Date => new Date(TEN + ms)

describe('TestNextScheduleTime: the slot that a pass starts', () => {
  const cases: [string, Moment, Date[]][] = [
    [
      'case 1: nothing known, none needed yet',
      { schedule: {}, createdAt: after(-10 * MINUTE), now: after(-7 * MINUTE) },
      [],
    ],
    [
      'case 2: nothing known, one needed',
      { schedule: {}, createdAt: after(-10 * MINUTE), now: after(2 * SECOND) },
      [after(0)],
    ],
    [
      'case 3: one has run, none needed',
      { schedule: {}, createdAt: after(-10 * MINUTE), lastSlotAt: after(0), now: after(2 * MINUTE) },
      [],
    ],
    [
      'case 4: one has run, one needed',
      { schedule: {}, createdAt: after(-10 * MINUTE), lastSlotAt: after(0), now: after(HOUR + 5 * MINUTE) },
      [after(HOUR)],
    ],
    [
      'case 5: two needed, the newest starts',
      { schedule: {}, createdAt: after(-2 * HOUR), lastSlotAt: after(-HOUR), now: after(HOUR + 5 * MINUTE) },
      [after(HOUR)],
    ],
    [
      'case 6: ten days behind, no deadline',
      { schedule: {}, createdAt: after(-2 * HOUR), lastSlotAt: after(-HOUR), now: after(241 * HOUR) },
      [after(241 * HOUR)],
    ],
    [
      'case 7: ten days behind, a deadline of two hours',
      {
        schedule: { catchUpWindowMs: 2 * HOUR },
        createdAt: after(-2 * HOUR),
        lastSlotAt: after(-HOUR),
        now: after(241 * HOUR),
      },
      [after(241 * HOUR)],
    ],
  ]
  test.each(cases)('%s', (_name, moment, slots) => {
    expect(slotsRunAt({ ...moment, schedule: { cron: ON_THE_HOUR, ...moment.schedule } })).toEqual(slots)
  })

  it('case 8, rogue cronjob: an expression that never comes due is refused when it is written', () => {
    expect(() => compileCron('59 23 31 2 *', 'UTC')).toThrow(/never|31/)
  })
})

describe('TestMostRecentScheduleTime: the newest missed slot, and how many were missed before it', () => {
  const WORKDAYS = '30 6-16/4 * * 1-5'
  const cases: [
    string,
    Partial<Schedule>,
    { createdAt?: number; lastSlotAt?: number; now: number },
    number | null,
    number,
  ][] = [
    ['now before next schedule', { cron: ON_THE_HOUR }, { now: 30 * SECOND }, null, 0],
    ['now just after next schedule', { cron: ON_THE_HOUR }, { now: 61 * MINUTE }, 60 * MINUTE, 0],
    ['missed 5 schedules', { cron: ON_THE_HOUR }, { createdAt: 10 * SECOND, now: 301 * MINUTE }, 300 * MINUTE, 4],
    [
      'complex schedule',
      { cron: WORKDAYS },
      { lastSlotAt: 30 * MINUTE, now: 24 * HOUR + 31 * MINUTE },
      24 * HOUR + 30 * MINUTE,
      2,
    ],
    [
      'complex schedule with longer diff between executions',
      { cron: WORKDAYS },
      { lastSlotAt: 30 * MINUTE, now: 96 * HOUR + 31 * MINUTE },
      96 * HOUR + 30 * MINUTE,
      5,
    ],
    [
      'complex schedule with shorter diff between executions',
      { cron: WORKDAYS },
      { now: 24 * HOUR + 31 * MINUTE },
      24 * HOUR + 30 * MINUTE,
      3,
    ],
    [
      'earliestTime being CreationTimestamp and LastScheduleTime',
      { cron: ON_THE_HOUR },
      { lastSlotAt: 0, now: 30 * SECOND },
      null,
      0,
    ],
    [
      'earliestTime being LastScheduleTime',
      { cron: '*/5 * * * *' },
      { lastSlotAt: 30 * MINUTE, now: 31 * MINUTE },
      null,
      0,
    ],
    [
      'earliestTime being LastScheduleTime (within StartingDeadlineSeconds)',
      { cron: '*/5 * * * *', catchUpWindowMs: MINUTE },
      { lastSlotAt: 30 * MINUTE, now: 31 * MINUTE },
      null,
      0,
    ],
    [
      'earliestTime being LastScheduleTime (outside StartingDeadlineSeconds)',
      { cron: '*/5 * * * *', catchUpWindowMs: MINUTE },
      { lastSlotAt: 30 * MINUTE, now: 32 * MINUTE },
      null,
      0,
    ],
  ]
  test.each(cases)('%s', (_name, schedule, { createdAt = 0, lastSlotAt, now }, slot, missed) => {
    const moment = {
      schedule,
      createdAt: after(createdAt),
      now: after(now),
      ...(lastSlotAt === undefined ? {} : { lastSlotAt: after(lastSlotAt) }),
    }
    const { take, plan } = decideAt(moment)
    expect(take.slots.map(({ scheduledFor }) => scheduledFor)).toEqual(slot === null ? [] : [after(slot)])
    expect(plan?.missed?.count ?? 0).toBe(missed)
  })

  it('another complex schedule: its table expects none, though five have passed; we run the newest', () => {
    const moment = {
      schedule: { cron: '30 10,11,12 * * 1-5' },
      createdAt: after(0),
      lastSlotAt: after(30 * MINUTE),
      now: after(30 * HOUR + 30 * MINUTE),
    }
    expect(slotsRunAt(moment)).toEqual([after(26 * HOUR + 30 * MINUTE)])
    expect(decideAt(moment).plan?.missed?.count).toBe(4)
  })

  it('@every schedule: refused, as it has no slots that a later pass could name', () => {
    expect(() => compileCron('@every 1h', 'UTC')).toThrow(/@every/)
  })
})

describe('TestControllerV2SyncCronJob: policies, suspension, deadlines', () => {
  const PRIOR_HOUR = after(-59 * MINUTE)
  const BEFORE = after(-MINUTE)
  const AFTER = after(MINUTE)
  const A_WEEK_LATER = after(7 * 24 * HOUR)
  const SHORT = 10 * SECOND
  const MEDIUM = 2 * HOUR
  const LONG = 1_000_000 * SECOND
  const POLICIES: Overlap[] = ['allow', 'wait', 'replace']
  const prev = { createdAt: after(-61 * MINUTE), lastSlotAt: PRIOR_HOUR }
  const never = { createdAt: BEFORE }

  describe.each(POLICIES)('with overlap %s', (overlap) => {
    const starts = (moment: Omit<Moment, 'schedule'>, schedule: Partial<Schedule> = {}): number =>
      slotsRunAt({ ...moment, schedule: { cron: ON_THE_HOUR, overlap, ...schedule } }).length
    const suspended = { enabled: false, pausedReason: 'suspended' }
    const active = { open: [openRun(PRIOR_HOUR)] }

    it('never ran, not time; is time; suspended; past and not past its deadline', () => {
      expect(starts({ createdAt: PRIOR_HOUR, now: BEFORE })).toBe(0)
      expect(starts({ ...never, now: AFTER })).toBe(1)
      expect(starts({ ...never, now: AFTER }, suspended)).toBe(0)
      expect(starts({ ...never, now: after(MINUTE + 11 * MINUTE) }, { catchUpWindowMs: SHORT })).toBe(0)
      expect(starts({ ...never, now: AFTER }, { catchUpWindowMs: LONG })).toBe(1)
    })

    it('prev ran but done, not time; is time; suspended; past and not past its deadline', () => {
      expect(starts({ ...prev, now: BEFORE })).toBe(0)
      expect(starts({ ...prev, now: AFTER })).toBe(1)
      expect(starts({ ...prev, now: AFTER }, suspended)).toBe(0)
      expect(starts({ ...prev, now: AFTER }, { catchUpWindowMs: SHORT })).toBe(0)
      expect(starts({ ...prev, now: AFTER }, { catchUpWindowMs: LONG })).toBe(1)
    })

    it('still active: Allow starts a second, Forbid none, Replace first tells the other to stop', () => {
      expect(starts({ ...prev, ...active, now: BEFORE })).toBe(0)
      const { take, plan } = decideAt({ ...prev, ...active, now: AFTER, schedule: { cron: ON_THE_HOUR, overlap } })
      expect([take.slots.length, take.stop.length]).toEqual(
        { allow: [1, 0], wait: [0, 0], replace: [0, 1], skip: [] }[overlap],
      )
      // Kubernetes forgets the slot that Forbid holds back once another comes; here it stays due, and says so.
      expect(plan?.decision).toBe(overlap === 'allow' ? 'run' : 'locked')
      expect(take.writeOffs).toEqual([])
      expect(starts({ ...prev, ...active, now: AFTER }, suspended)).toBe(0)
      expect(starts({ ...prev, ...active, now: AFTER }, { catchUpWindowMs: SHORT })).toBe(0)
    })

    it('long overdue: one starts, whatever the deadline; a hundred missed are no error', () => {
      for (const catchUpWindowMs of [null, LONG, MEDIUM, SHORT]) {
        expect(
          slotsRunAt({ ...prev, now: A_WEEK_LATER, schedule: { cron: ON_THE_HOUR, overlap, catchUpWindowMs } }),
        ).toEqual([A_WEEK_LATER])
      }
      const { take } = decideAt({ ...prev, now: A_WEEK_LATER, schedule: { cron: ON_THE_HOUR, overlap } })
      expect(take.writeOffs).toMatchObject([{ reason: 'coalesced', slotCount: 168 }])
    })
  })
})
