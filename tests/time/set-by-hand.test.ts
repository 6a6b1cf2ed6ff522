import { afterEach, describe, expect, it } from 'vitest'
import { defineJob, type ConfigOptions, type ScheduleOptions } from 'run-due-schedules'
import type { MemoryProgram } from '../../src/testing/memory-program.js'
import { openWorld, setNextRunAt, type World } from './world.js'

const at = (time: string): Date => new Date(`2027-03-01T${time}:00Z`)
let world: World
let program: MemoryProgram

afterEach(() => world.close())

function hourly(change: Partial<ScheduleOptions> = {}): ConfigOptions {
  return {
    jobs: ['one', 'two'].map((name) => defineJob({ name, run: () => null })),
    schedules: [{ id: 'hourly', cron: '0 * * * *', jobs: ['one'], ...change }],
  }
}

/** 01:00 to 03:00 have run, each on time. */
async function afterThreeRuns(change: Partial<ScheduleOptions> = {}): Promise<void> {
  world = await openWorld(at('00:30'))
  program = await world.program(hourly(change))
  await program.pass(null)
  for (const hour of ['01', '02', '03']) {
    world.time.moveTo(at(`${hour}:00`))
    await program.pass(null)
  }
  world.time.moveTo(at('03:30'))
}

async function ran(): Promise<string[]> {
  return (await world.readAllRuns()).map((run) => `${run.jobName} ${run.scheduledFor?.toISOString().slice(11, 16)}`)
}

describe('a next slot that is set by hand to one that ran', () => {
  const NOTE = 'schedule hourly: the slot of 2027-03-01T02:00:00.000Z has run already, and nothing is started for it'

  it('is not run again, and neither the plan nor the pass says that it is', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', at('02:00'))
    const { plan, notes } = await program.plan(null)
    expect(plan).toMatchObject([
      {
        decision: 'skip',
        reason: 'its slot has run already',
        slots: [],
        hadRun: [{ slot: at('02:00').toISOString(), jobs: ['one'] }],
      },
    ])
    expect(notes).toEqual([NOTE])
    const report = await program.pass(null)
    expect([report.counts.executed, report.notes]).toEqual([0, [NOTE]])
    expect(await ran()).toHaveLength(3)
  })

  it('is passed over on the way to those that are due', async () => {
    await afterThreeRuns({ catchUp: 'all' })
    await setNextRunAt(world, 'hourly', at('02:00'))
    world.time.moveTo(at('05:30'))
    const { plan } = await program.plan(null)
    expect(plan).toMatchObject([{ decision: 'run', slots: [at('04:00').toISOString(), at('05:00').toISOString()] }])
    const report = await program.pass(null)
    expect([report.counts.executed, report.notes]).toEqual([2, [NOTE]])
  })

  it('runs the jobs that have no run of it yet', async () => {
    await afterThreeRuns()
    await world.deploy(program, hourly({ jobs: ['one', 'two'] }))
    await setNextRunAt(world, 'hourly', at('02:00'))
    const { plan, notes } = await program.plan(null)
    expect(plan).toMatchObject([
      { decision: 'run', slots: [at('02:00').toISOString()], jobs: ['one', 'two'], hadRun: [{ jobs: ['one'] }] },
    ])
    expect(notes).toEqual([])
    expect((await program.pass(null)).runs.map((run) => run.jobName)).toEqual(['two'])
  })
})
