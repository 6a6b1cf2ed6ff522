import fc from 'fast-check'
import type { ScheduleOptions } from '../../src/index.js'

const IDS = ['alpha', 'beta', 'gamma'] as const
export const JOBS = ['one', 'two', 'three'] as const
const CRONS = [
  '* * * * *',
  '*/5 * * * *',
  '*/15 * * * *',
  '0 * * * *',
  '@hourly',
  '30 */2 * * *',
  '0 0 * * *',
  '0 0 1 1 *',
]
const DURATIONS = ['10m', '1h', '5h', '2d']

const YES = (): boolean => true
const NO = (): boolean => false
const startsAt = fc.constantFrom('2027-03-14T03:00:00Z', '2027-03-14T05:30:00Z')
const endsAt = fc.constantFrom('2027-03-14T09:00:00Z', '2027-03-15T00:00:00Z')

const schedule = fc.record(
  {
    cron: fc.constantFrom(...CRONS),
    timezone: fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
    jobs: fc.uniqueArray(fc.constantFrom(...JOBS), { minLength: 1, maxLength: 2 }),
    catchUp: fc.constantFrom('latest' as const, 'all' as const, 'skip' as const),
    catchUpWindow: fc.constantFrom(...DURATIONS),
    catchUpLimit: fc.integer({ min: 1, max: 12 }),
    overlap: fc.constantFrom('wait' as const, 'skip' as const, 'allow' as const, 'replace' as const),
    environments: fc.constantFrom(['test'], ['production', 'test'], ['production']),
    startsAt,
    endsAt,
    priority: fc.integer({ min: -1, max: 1 }),
    jobConcurrency: fc.constantFrom(1, 2),
    firstRun: fc.constantFrom('next' as const, 'immediately' as const),
    enabled: fc.boolean(),
    // What throws may pause the schedule in the midst of a pass, which no plan foresees.
    when: fc.constantFrom(YES, NO),
    pauseAfterFailures: fc.integer({ min: 1, max: 2 }),
    // So short that it outlasts no pause and no retry of a story.
    jitter: fc.constant('5s'),
  },
  { requiredKeys: ['cron', 'jobs', 'catchUp', 'overlap'] },
)

const schedules = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...IDS), schedule), { minLength: 1, maxLength: 3, selector: ([id]) => id })
  .map((pairs) => pairs.map(([id, options]): ScheduleOptions => ({ id, ...options })))

const id = fc.constantFrom(...IDS, 'tenant')
const minutes = fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 90, max: 3000 }))
const until = fc.option(minutes, { nil: null })

/** Slots back and ahead of now on the grid of minutes, or off it. */
const byHand = fc.record({ minutes: fc.integer({ min: -40, max: 8 }), offGrid: fc.boolean() })

/** Of a schedule that is otherwise left as it is. */
const edit = fc.oneof(
  fc.record({ startsAt: fc.option(startsAt, { nil: null }), endsAt: fc.option(endsAt, { nil: null }) }),
  fc.record({ cron: fc.constantFrom(...CRONS) }),
)

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), fails: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), job: fc.constantFrom(...JOBS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('request' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), id, until }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause-all' as const), until }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume-all' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deploy' as const), schedules }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), id, to: edit }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('backfill' as const), id, minutes: fc.integer({ min: 1, max: 90 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('elsewhere' as const), id, started: fc.boolean(), job: fc.constantFrom(...JOBS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('set-by-hand' as const), id, to: fc.option(byHand, { nil: null, freq: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('upsert' as const), options: schedule, foreign: fc.boolean() }) },
) // prettier-ignore

export type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

export interface Story {
  first: ScheduleOptions[]
  actions: Action[]
  /** Minutes and seconds until the plan is made. */
  minutes: number
  second: number
  only: readonly string[] | null
}

/** What happened before a plan is asked for. */
export const story: fc.Arbitrary<Story> = fc.record({
  first: schedules,
  actions: fc.array(action, { maxLength: 10 }),
  minutes: fc.oneof(fc.constant(3), minutes),
  // At :57 the next minute's slots are taken early.
  second: fc.constantFrom(20, 57),
  only: fc.option(fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1 }), { nil: null, freq: 4 }),
})
