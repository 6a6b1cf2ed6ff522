import fc from 'fast-check'
import { defineJob, type ConfigOptions, type ScheduleOptions } from '../../src/index.js'
import { backfillRuns } from '../../src/commands/backfill.js'
import { pauseAll, pauseSchedules } from '../../src/commands/pause.js'
import { requestRuns } from '../../src/commands/request.js'
import { resumeAll, resumeSchedules } from '../../src/commands/resume.js'
import { upsertSchedule } from '../../src/commands/upsert.js'
import { ScheduleError } from '../../src/errors.js'
import type { MemoryProgram } from '../../src/testing/memory-program.js'
import { MINUTE_MS, openWorld, setNextRunAt, type World } from './world.js'

const IDS = ['alpha', 'beta', 'gamma'] as const
const JOBS = ['one', 'two', 'three'] as const
const CRONS = ['* * * * *', '*/5 * * * *', '*/15 * * * *', '0 * * * *', '30 */2 * * *', '0 0 * * *', '0 0 1 1 *']
const DURATIONS = ['10m', '1h', '5h', '2d']

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
    startsAt: fc.constantFrom('2027-03-14T03:00:00Z', '2027-03-14T05:30:00Z'),
    endsAt: fc.constantFrom('2027-03-14T09:00:00Z', '2027-03-15T00:00:00Z'),
    priority: fc.integer({ min: -1, max: 1 }),
    jobConcurrency: fc.constantFrom(1, 2),
    firstRun: fc.constantFrom('next' as const, 'immediately' as const),
    enabled: fc.boolean(),
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

export interface Told {
  world: World
  program: MemoryProgram
}

/** Lives through a story; whatever the product refuses on the way did not happen. */
export async function tell({ first, actions, minutes: last, second }: Story): Promise<Told> {
  const world = await openWorld(new Date('2027-03-14T00:00:10Z'))
  const fails = { now: false }
  const program = await world.program(configOf(first, fails))
  const other = await world.program({ name: 'other', jobs: [defineJob({ name: 'foreign', run: () => null })] })
  await program.pass(null)
  await other.pass(null)
  for (const each of actions) {
    fails.now = each.do === 'pass' && each.fails
    await act(world, program, each, fails).catch((error: unknown) => {
      if (!(error instanceof ScheduleError)) throw error
    })
  }
  fails.now = false
  const at = Math.floor(world.time.monotonicMs() / MINUTE_MS + last) * MINUTE_MS + second * 1000
  world.time.moveTo(new Date(at))
  return { world, program }
}

async function act(world: World, program: MemoryProgram, action: Action, fails: { now: boolean }): Promise<void> {
  const { store, time } = world
  const actor = { actor: 'story' }
  // Half past a minute, so that no pause ends while a pass waits for the top of one.
  const later = (by: number | null): Date | null =>
    by === null ? null : new Date((Math.floor(time.monotonicMs() / MINUTE_MS) + by + 0.5) * MINUTE_MS)
  switch (action.do) {
    case 'wait':
      time.moveTo(new Date(time.monotonicMs() + action.minutes * MINUTE_MS))
      return
    case 'pass':
      await program.pass(null)
      return
    case 'crash':
      await program.crash(action.job)
      return
    case 'request':
      await requestRuns(store, { scheduleId: action.id, ...actor })
      return
    case 'pause':
      await pauseSchedules(store, [action.id], { until: later(action.until), ...actor })
      return
    case 'resume':
      await resumeSchedules(store, [action.id], actor)
      return
    case 'pause-all':
      await pauseAll(store, { until: later(action.until), ...actor })
      return
    case 'resume-all':
      await resumeAll(store, actor)
      return
    case 'deploy':
      await world.deploy(program, configOf(action.schedules, fails))
      return
    case 'backfill': {
      const to = time.now()
      await backfillRuns(store, {
        scheduleId: action.id,
        from: new Date(to.getTime() - action.minutes * MINUTE_MS),
        to,
        ...actor,
      })
      return
    }
    case 'elsewhere':
      await world.takeElsewhere(action.id, [action.job], action.started)
      return
    case 'set-by-hand': {
      const grid = action.to?.offGrid === true ? MINUTE_MS : 15 * MINUTE_MS
      const to = action.to === null ? null : Math.floor(time.monotonicMs() / grid) * grid + action.to.minutes * grid
      await setNextRunAt(world, action.id, to === null ? null : new Date(to + (action.to?.offGrid === true ? 7000 : 0)))
      return
    }
    case 'upsert':
      await upsertSchedule(
        store,
        { ...action.options, id: 'tenant', ...(action.foreign ? { jobs: ['foreign'] } : {}) },
        'story',
      )
  }
}

function configOf(list: readonly ScheduleOptions[], fails: { now: boolean }): ConfigOptions {
  const retry = { attempts: 2, delay: '25m', backoff: 'fixed' as const, maxDelay: '25m' }
  const run = (): void => {
    if (fails.now) throw new Error('as told')
  }
  return {
    retention: { runs: null, passes: null },
    jobs: JOBS.map((name) => defineJob({ name, retry, onCrash: name === 'three' ? 'skip' : 'retry', run })),
    schedules: list,
  }
}
