import { afterEach, describe, expect, it } from 'vitest'
import { defineJob, type ConfigOptions, type ScheduleOptions } from 'run-due-schedules'
import { pauseAll, pauseSchedules } from '../../src/commands/pause.js'
import { resumeSchedules } from '../../src/commands/resume.js'
import { checkAccount } from '../../src/ledger/check-account.js'
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

/** Each row's job and slots, and why it did not run. */
async function rows(): Promise<string[]> {
  return (await world.readAllRuns())
    .toSorted((a, b) => Number(a.scheduledFor) - Number(b.scheduledFor))
    .map(({ jobName, scheduledFor, slotCount, reason }) =>
      [jobName, scheduledFor?.toISOString().slice(11, 16), ...(jobName === '*' ? [`×${slotCount}`, reason] : [])].join(
        ' ',
      ),
    )
}

async function expectWhole(): Promise<void> {
  const [schedule] = await world.store.readSchedules()
  if (schedule === undefined) throw new Error('there is no schedule')
  const account = checkAccount(
    schedule,
    (await world.readAllRuns()).flatMap(({ jobName, trigger, firstSlot, scheduledFor, slotCount }) =>
      scheduledFor === null ? [] : [{ isWriteOff: jobName === '*', trigger, firstSlot, scheduledFor, slotCount }],
    ),
    world.time.now(),
  )
  expect(account).toMatchObject({ holes: [], overlaps: [], miscounted: [] })
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

describe('a next slot that is set by hand to a later one', () => {
  const RAN = ['one 01:00', 'one 02:00', 'one 03:00']

  it('leaves no hole: those jumped over are written off when it is taken', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', at('07:00'))
    world.time.moveTo(at('06:30'))
    expect((await program.plan(null)).plan).toEqual([])
    expect((await program.pass(null)).counts).toMatchObject({ due: 0, missed: 0 })
    world.time.moveTo(at('07:00'))
    const { plan } = await program.plan(null)
    expect(plan).toMatchObject([
      { reason: 'due; 3 slots lost to an edit', slots: [at('07:00').toISOString()], missed: { count: 3 } },
    ])
    expect((await program.pass(null)).counts).toMatchObject({ executed: 1, missed: 3 })
    expect(await rows()).toEqual([...RAN, '* 06:00 ×3 edited', 'one 07:00'])
    await expectWhole()
  })

  it('off the grid, with others due behind it', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', at('05:20'))
    world.time.moveTo(at('08:30'))
    await program.pass(null)
    expect(await rows()).toEqual([...RAN, '* 05:00 ×2 edited', '* 07:00 ×3 coalesced', 'one 08:00'])
    await expectWhole()
  })

  it.each<[string, Partial<ScheduleOptions>, string[]]>([
    [
      'is skipped where it must not run',
      { environments: ['production'] },
      ['* 06:00 ×3 edited', '* 07:00 ×1 environment'],
    ],
    ['is lost to a later edit', { cron: '30 3 1 1 *' }, ['* 07:00 ×4 edited']],
    ['stays due where an edit leaves it so', { cron: '@hourly' }, ['* 06:00 ×3 edited', 'one 07:00']],
  ])('leaves no hole where it %s', async (_, change, expected) => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', at('07:00'))
    world.time.moveTo(at('07:10'))
    await world.deploy(program, hourly(change))
    await program.pass(null)
    expect(await rows()).toEqual([...RAN, ...expected])
    await expectWhole()
  })

  it('leaves no hole where a pause of everything ends', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', at('05:00'))
    await pauseAll(world.store, { until: at('06:30'), actor: 'test' })
    world.time.moveTo(at('06:40'))
    await program.pass(null)
    expect(await rows()).toEqual([...RAN, '* 04:00 ×1 edited', '* 06:00 ×2 paused'])
    await expectWhole()
  })

  it('leaves no hole where it is off the grid and a pause begins', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', at('05:20'))
    world.time.moveTo(at('06:10'))
    await pauseSchedules(world.store, ['hourly'], { actor: 'test' })
    await resumeSchedules(world.store, ['hourly'], { actor: 'test' })
    expect(await rows()).toEqual([...RAN, '* 05:00 ×2 edited', '* 05:20 ×1 paused', '* 06:00 ×1 paused'])
    await expectWhole()
  })
})

describe('a next slot that is set to NULL by hand', () => {
  it('comes back with a pause and a resume, which leave no hole', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', null)
    world.time.moveTo(at('05:30'))
    expect((await program.pass(null)).counts.due).toBe(0)
    await pauseSchedules(world.store, ['hourly'], { actor: 'test' })
    await resumeSchedules(world.store, ['hourly'], { actor: 'test' })
    expect(await rows()).toEqual(['one 01:00', 'one 02:00', 'one 03:00', '* 05:00 ×2 paused'])
    expect((await world.store.readSchedules())[0]?.nextRunAt).toEqual(at('06:00'))
    await expectWhole()
  })

  it('comes back with an edit of its times, which leaves no hole', async () => {
    await afterThreeRuns()
    await setNextRunAt(world, 'hourly', null)
    world.time.moveTo(at('05:30'))
    await world.deploy(program, hourly({ cron: '15 * * * *' }))
    await program.pass(null)
    expect(await rows()).toEqual(['one 01:00', 'one 02:00', 'one 03:00', '* 05:00 ×2 edited'])
    expect((await world.store.readSchedules())[0]?.nextRunAt).toEqual(at('06:15'))
  })
})
