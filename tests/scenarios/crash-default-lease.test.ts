import { describe, it, vi, type ExpectStatic } from 'vitest'
import { engines, type TestEngine } from '../support/servers.js'
import { aProject, attemptsOf, type Project } from './project.js'

const THREE_JOBS = `{
  jobs: ['first', 'second', 'third'].map((name) => defineJob({ name, retry: { attempts: 2, delay: 10 }, run: async ({ attempt }) => {
    effect(name + ' ' + attempt)
    if (name === 'second' && !existsSync(folder + '/recover')) await sleep(600_000)
  } })),
  schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['first', 'second', 'third'] }],
}`
const EFFECTS = ['first 1', 'second 1', 'second 2', 'third 1']

/** Kills a pass in the second of a slot's three jobs. Tests that run side by side each have an `expect` of their own. */
async function killInSecondJob(expect: ExpectStatic, project: Project, args: readonly string[] = []): Promise<void> {
  const { child, ended } = project.start(args)
  await expect.poll(() => project.effects()).toContain('second 1')
  child.kill('SIGKILL')
  expect((await ended).signal).toBe('SIGKILL')
  project.write('recover', '')
}

async function withProject(engine: TestEngine, work: (project: Project) => Promise<void>): Promise<void> {
  const project = await aProject(engine)
  try {
    await work(project)
  } finally {
    await project.remove()
  }
}

// Each waits out a lease of 60 s, so all wait together.
vi.setConfig({ maxConcurrency: 3 * engines().length })

describe.concurrent.each(engines())('with the default lease, a pass started right after a crash on $name', (engine) => {
  it(
    'finishes the slot and repeats only the job that was cut short',
    ({ expect }) =>
      withProject(engine, async (project) => {
        project.configure(THREE_JOBS)
        await project.run()
        await project.makeDue(['s'])
        await killInSecondJob(expect, project)
        const { code, document } = await project.json()
        expect([code, project.effects()]).toEqual([0, EFFECTS])
        expect(document.counts).toMatchObject({ abandoned: 1, executed: 2, completed: 2 })
        const runs = await project.sql('SELECT * FROM JobRun ORDER BY id')
        expect(runs.map((run) => [run['jobName'], run['status'], run['attempt']])).toEqual([
          ['first', 'COMPLETED', 1],
          ['second', 'COMPLETED', 2],
          ['third', 'COMPLETED', 1],
        ])
        expect(attemptsOf(runs[1])).toMatchObject([
          { number: 1, status: 'ABANDONED' },
          { number: 2, status: 'COMPLETED' },
        ])
        const [schedule] = await project.sql('SELECT lastStatus, consecutiveFailures FROM JobSchedule')
        expect(schedule).toEqual({ lastStatus: 'COMPLETED', consecutiveFailures: 0 })
      }),
    150_000,
  )

  it(
    'goes on with a manual run',
    ({ expect }) =>
      withProject(engine, async (project) => {
        project.configure(THREE_JOBS)
        await project.run()
        await killInSecondJob(expect, project, ['run', 's'])
        expect((await project.run()).code).toBe(0)
        expect(project.effects()).toEqual(EFFECTS)
        const runs = await project.sql('SELECT jobName, status, `trigger` AS cause FROM JobRun ORDER BY id')
        expect(runs.map((run) => [run['jobName'], run['status'], run['cause']])).toEqual([
          ['first', 'COMPLETED', 'MANUAL'],
          ['second', 'COMPLETED', 'MANUAL'],
          ['third', 'COMPLETED', 'MANUAL'],
        ])
      }),
    150_000,
  )

  it(
    'goes on with a retry that waited in the dead pass',
    ({ expect }) =>
      withProject(engine, async (project) => {
        project.configure(`{
        jobs: [defineJob({ name: 'flaky', retry: { attempts: 2, delay: '59s' }, run: ({ attempt }) => {
          effect('try ' + attempt)
          if (attempt === 1) throw new Error('not yet')
        } })],
        schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['flaky'], firstRun: 'immediately' }],
      }`)
        const { child, ended } = project.start()
        const status = async () => (await project.sql('SELECT status, reason FROM JobRun'))[0]
        await expect.poll(status).toEqual({ status: 'PENDING', reason: 'retry' })
        child.kill('SIGKILL')
        await ended
        const { code, document } = await project.json()
        expect([code, project.effects()]).toEqual([0, ['try 1', 'try 2']])
        expect(document.runs).toMatchObject([{ status: 'COMPLETED', attempt: 2 }])
      }),
    150_000,
  )
})
