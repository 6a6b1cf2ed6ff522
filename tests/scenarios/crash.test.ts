import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, type Project } from './project.js'

describe.each(engines())('after a pass was killed on $name, with a short lease,', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())
  const SHORT = { LEASE_MS: '2000' }

  it('a job that must run at most once ends abandoned and the others of its slot go on', async () => {
    project.configure(`{
      jobs: ['first', 'second', 'third'].map((name) => defineJob({ name, onCrash: 'skip', run: async ({ attempt }) => {
        effect(name + ' ' + attempt)
        if (name === 'second') await sleep(600_000)
      } })),
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['first', 'second', 'third'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start([], SHORT)
    await expect.poll(() => project.effects()).toContain('second 1')
    child.kill('SIGKILL')
    await ended
    const { code, document } = await project.json()
    expect(code).toBe(1)
    expect(document.runs).toMatchObject([
      { jobName: 'second', status: 'ABANDONED' },
      { jobName: 'third', status: 'COMPLETED' },
    ])
    expect(project.effects()).toEqual(['first 1', 'second 1', 'third 1'])
    expect((await project.sql('SELECT lastStatus, consecutiveFailures FROM JobSchedule'))[0]).toEqual({
      lastStatus: 'ABANDONED',
      consecutiveFailures: 1,
    })
  })

  it('a retry that was waiting in the dead pass goes on', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'flaky', retry: { attempts: 2, delay: '50s' }, run: ({ attempt }) => { effect('try ' + attempt); if (attempt === 1) throw new Error('not yet') } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['flaky'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start([], SHORT)
    await expect
      .poll(async () => (await project.sql(`SELECT status, reason FROM JobRun`))[0])
      .toEqual({ status: 'PENDING', reason: 'retry' })
    child.kill('SIGKILL')
    await ended
    const { document } = await project.json()
    expect(document.runs).toMatchObject([{ status: 'COMPLETED', attempt: 2 }])
    expect(project.effects()).toEqual(['try 1', 'try 2'])
  })

  it('a job that kills its process takes one pass down, however often it is tried again', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'poison', retry: { attempts: 3, delay: 0 }, run: ({ attempt }) => { effect('poison ' + attempt); process.kill(process.pid, 'SIGKILL') } })],
      schedules: [{ id: 'bad', cron: '0 3 1 1 *', jobs: ['poison'], firstRun: 'immediately' }],
    }`)
    expect((await project.run([], SHORT)).signal).toBe('SIGKILL')
    const { code, signal, document } = await project.json([], SHORT)
    expect([code, signal, document.runs.map((run) => run.status)]).toEqual([1, null, ['FAILED']])
    // The crash used up none of its three tries.
    expect(project.effects()).toEqual(['poison 1', 'poison 2', 'poison 3', 'poison 4'])
  })

  it('a job that kills its process every time stops after its crash retries, and other schedules run', async () => {
    project.configure(`{
      jobs: [
        defineJob({ name: 'poison', crashRetries: 2, run: ({ attempt }) => { effect('poison ' + attempt); process.kill(process.pid, 'SIGKILL') } }),
        defineJob({ name: 'good', run: () => { effect('good') } }),
      ],
      schedules: [
        { id: 'bad', cron: '0 3 1 1 *', jobs: ['poison'], firstRun: 'immediately', priority: 1 },
        { id: 'fine', cron: '0 3 1 1 *', jobs: ['good'], firstRun: 'immediately' },
      ],
    }`)
    expect((await project.run(['--concurrency', '1'], SHORT)).signal).toBe('SIGKILL')
    const second = await project.json(['--concurrency', '1'], SHORT)
    expect(second.signal).toBe(null)
    expect(project.effects().filter((line) => line === 'good')).toHaveLength(1)
    expect((await project.sql(`SELECT status FROM JobRun WHERE jobName = 'good'`))[0]).toEqual({ status: 'COMPLETED' })
    for (let pass = 0; pass < 3; pass += 1) await project.run([], SHORT)
    const [run] = await project.sql(`SELECT status, attempt FROM JobRun WHERE jobName = 'poison'`)
    expect(run?.['status']).toMatch(/FAILED|ABANDONED/)
    expect(project.effects().filter((line) => line.startsWith('poison')).length).toBeLessThanOrEqual(4)
  })
})
