import { defineJob, type ConfigOptions, type ScheduleOptions } from '../../src/index.js'
import { backfillRuns } from '../../src/commands/backfill.js'
import { pauseAll, pauseSchedules } from '../../src/commands/pause.js'
import { requestRuns } from '../../src/commands/request.js'
import { resumeAll, resumeSchedules } from '../../src/commands/resume.js'
import { upsertSchedule } from '../../src/commands/upsert.js'
import { ScheduleError } from '../../src/errors.js'
import type { MemoryProgram } from '../../src/testing/memory-program.js'
import { MINUTE_MS, openWorld, setNextRunAt, type World } from './world.js'
import { JOBS, type Action, type Story } from './states.js'

export interface Told {
  world: World
  program: MemoryProgram
}

/** Lives through a story; whatever the product refuses on the way did not happen. */
export async function tell({ first, actions, minutes: last, second }: Story): Promise<Told> {
  const world = await openWorld(new Date('2027-03-14T00:00:10Z'))
  const fails = { now: false }
  const program = await world.program(configOf(first, fails))
  const stage: Stage = { world, program, fails, schedules: first }
  const other = await world.program({ name: 'other', jobs: [defineJob({ name: 'foreign', run: () => null })] })
  await program.pass(null)
  await other.pass(null)
  for (const each of actions) {
    fails.now = each.do === 'pass' && each.fails
    await act(stage, each).catch((error: unknown) => {
      if (!(error instanceof ScheduleError)) throw error
    })
  }
  fails.now = false
  const at = Math.floor(world.time.monotonicMs() / MINUTE_MS + last) * MINUTE_MS + second * 1000
  world.time.moveTo(new Date(at))
  return { world, program }
}

interface Stage extends Told {
  fails: { now: boolean }
  /** What the config defines now. */
  schedules: readonly ScheduleOptions[]
}

async function deploy(stage: Stage, schedules: readonly ScheduleOptions[]): Promise<void> {
  await stage.world.deploy(stage.program, configOf(schedules, stage.fails))
  stage.schedules = schedules
}

async function act(stage: Stage, action: Action): Promise<void> {
  const { world, program } = stage
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
      await deploy(stage, action.schedules)
      return
    case 'edit':
      await deploy(
        stage,
        stage.schedules.map((each) => (each.id === action.id ? withoutNull({ ...each, ...action.to }) : each)),
      )
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
        { ...withoutFunctions(action.options), id: 'tenant', ...(action.foreign ? { jobs: ['foreign'] } : {}) },
        'story',
      )
  }
}

/** A schedule of an application has none. */
function withoutFunctions<Options extends { when?: unknown }>({ when: _, ...options }: Options): Omit<Options, 'when'> {
  return options
}

function withoutNull(options: Record<string, unknown>): ScheduleOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as unknown as ScheduleOptions
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
