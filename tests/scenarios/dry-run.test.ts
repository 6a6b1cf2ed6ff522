import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DryRunReport } from '../../src/pass/report.js'
import { engines } from '../support/servers.js'
import { aProject, Project } from './project.js'

const TABLES = ['Job', 'JobSchedule', 'JobRun', 'RunnerPass', 'AuditEvent', 'RunnerSetting']

async function everyRow(project: Project): Promise<string> {
  const tables = await Promise.all(TABLES.map((table) => project.sql(`SELECT * FROM ${table}`)))
  return JSON.stringify(tables.map((rows) => rows.map((row) => JSON.stringify(row)).toSorted()))
}

const config = (extra: string): string => `{
  jobs: [
    defineJob({ name: 'work', run: async ({ scheduleId }) => { effect(scheduleId); if (scheduleId === 'dies') await sleep(600_000) } }),
    defineJob({ name: 'other', run: () => {} }),
  ],
  schedules: [
    { id: 'due', cron: '0 3 1 1 *', jobs: ['work', 'other'] },
    { id: 'asked', cron: '0 3 1 1 *', jobs: ['work'] },
    { id: 'dies', cron: '0 3 1 1 *', jobs: ['work', 'other'] },
    { id: 'paused', cron: '0 3 1 1 *', jobs: ['work'] },
    ${extra}
  ],
}`

describe.each(engines())('a dry run on $name', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  it('says what a pass would do and why, and changes no row, with new definitions, a request and a dead pass about', async () => {
    project.configure(
      config(`{ id: 'goes', cron: '0 3 1 1 *', jobs: ['work'] }, { id: 'edited', cron: '0 3 1 1 *', jobs: ['work'] }`),
    )
    const SHORT = { LEASE_MS: '1500' }
    expect((await project.run([], SHORT)).code).toBe(0)
    await project.makeDue(['dies'])
    const dying = project.start([], SHORT)
    await expect.poll(() => project.effects()).toEqual(['dies'])
    dying.child.kill('SIGKILL')
    await dying.ended
    expect((await project.run(['request', 'asked', '--params', '1'])).code).toBe(0)
    expect((await project.run(['pause', 'paused', '--reason', 'holiday'])).code).toBe(0)
    await project.makeDue(['due'])
    project.configure(
      config(
        `{ id: 'edited', cron: '0 4 1 1 *', jobs: ['work'] }, { id: 'comes', cron: '0 3 1 1 *', jobs: ['work'], firstRun: 'immediately', when: () => false }`,
      ),
    )
    // The dead pass's lease runs out by the database's clock.
    await expect.poll(async () => (await plan(project)).document.runs.length).toBeGreaterThan(1)

    const before = await everyRow(project)
    const { code, document } = await plan(project)
    expect(await everyRow(project)).toBe(before)
    expect(code).toBe(0)
    expect(document.pass).toMatchObject({ id: null, dryRun: true })
    expect(document.plan.map(({ scheduleId, decision, jobs }) => [scheduleId, decision, jobs]).toSorted()).toEqual([
      ['comes', 'run', ['work']],
      ['due', 'run', ['work', 'other']],
    ])
    expect(document.plan.find(({ scheduleId }) => scheduleId === 'comes')?.reason).toBe(
      'due; unless its `when` says no',
    )
    expect(
      document.runs
        .map(({ scheduleId, jobName, attempt, reason }) => [scheduleId, jobName, attempt, reason])
        .toSorted(),
    ).toEqual([
      ['asked', 'work', 1, 'requested'],
      ['dies', 'other', 1, 'crashed'],
      ['dies', 'work', 2, 'crashed'],
    ])
    expect(document.definitions).toEqual([
      { scheduleId: 'comes', change: 'create' },
      { scheduleId: 'edited', change: 'update' },
      { scheduleId: 'goes', change: 'orphan' },
    ])
    const human = await project.run(['--dry-run'], { NO_COLOR: '1' })
    expect(human.stdout).toMatch(/due +run +/)
    expect(human.stdout).toContain('1 schedule would be created: comes')
    expect(await everyRow(project)).toBe(before)
  })
})

describe.each(engines())('the next slot that a dry run tells on $name', (engine) => {
  it.each([
    ['is orphaned', ''],
    ['comes later', `{ id: 'soon', cron: '0 3 1 1 *', jobs: ['work'] },`],
  ])('is not that of a schedule that %s with this config', async (_what, edited) => {
    const project = await aProject(engine)
    const body = (extra: string): string =>
      `{ jobs: [defineJob({ name: 'work', run: () => {} })], schedules: [${extra} { id: 'later', cron: '@daily', jobs: ['work'] }] }`
    project.configure(body(`{ id: 'soon', cron: '* * * * *', jobs: ['work'] },`))
    await project.run()
    project.configure(body(edited))
    const { document } = await plan(project)
    expect(document.next?.scheduleId).toBe('later')
    await project.remove()
  })
})

describe('a dry run without a database', () => {
  it('answers from the config in CI and creates nothing', async () => {
    const project = new Project(null)
    project.configure(config(''))
    const before = readdirSync(project.folder)
    const ended = await project.run(['--dry-run', '--json'], { CI: '1' })
    expect(ended.code).toBe(0)
    expect(JSON.parse(ended.stdout)).toMatchObject({
      plan: [],
      runs: [],
      exitCode: 0,
      next: { at: '2027-01-01T03:00:00.000Z' },
      definitions: ['due', 'asked', 'dies', 'paused'].map((scheduleId) => ({ scheduleId, change: 'create' })),
    })
    expect(readdirSync(project.folder)).toEqual(before)
    await project.remove()
  })
})

async function plan(project: Project): Promise<{ code: number | null; document: DryRunReport }> {
  const ended = await project.run(['--dry-run', '--json'])
  return { code: ended.code, document: JSON.parse(ended.stdout) as DryRunReport }
}
