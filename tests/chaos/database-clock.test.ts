import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Project } from '../scenarios/project.js'
import { clocksCanBeFaked } from '../support/fake-clock.js'
import { engines } from '../support/servers.js'
import { createSteppedDatabase, type SteppedDatabase } from '../support/stepped-database.js'
import { account } from './account.js'
import { makeLate, WORKLOAD } from './workload.js'

const HOUR_S = 3600
const SHORT = { LEASE_MS: '10000', SHUTDOWN_GRACE_MS: '500' }
const STEPS = process.env['CHAOS_FULL'] === undefined ? 10 : 100

/** First attempts go on until they are told to stop or \`go\` is there; a second one ends at once. */
const LONG = `{
  jobs: ['least', 'most'].map((name) => defineJob({ name, onCrash: name === 'most' ? 'skip' : 'retry',
    run: async ({ attempt, signal }) => {
      effect(name + ' ' + attempt)
      while (attempt === 1 && !signal.aborted && !existsSync(folder + '/go')) await sleep(20)
    } })),
  schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['least', 'most'], jobConcurrency: 2 }],
}`
const BEGUN = ['least 1', 'most 1']

describe.runIf(clocksCanBeFaked()).each(engines())('over $name, whose own clock steps,', (engine) => {
  let database: SteppedDatabase
  let project: Project
  beforeEach(async () => {
    database = await createSteppedDatabase(engine)
    project = new Project(database, undefined, { ...SHORT, ...database.env })
  })
  afterEach(() => project.remove())

  async function startLong() {
    project.configure(LONG)
    await project.run()
    await project.makeDue(['s'])
    const started = project.start()
    await expect.poll(() => project.effects().toSorted()).toEqual(BEGUN)
    return started
  }

  function runs(): Promise<Record<string, unknown>[]> {
    return project.sql('SELECT jobName, status, attempt FROM JobRun ORDER BY jobName')
  }

  const TAKEN_OVER = [
    { jobName: 'least', status: 'COMPLETED', attempt: 2 },
    { jobName: 'most', status: 'ABANDONED', attempt: 1 },
  ]

  it('an hour forward: leases end early, only the job that may be retried runs again, and the pass records nothing', async () => {
    const { ended } = await startLong()
    database.set(HOUR_S)
    const early = await project.json()
    expect(early.document.error).toBeNull()
    expect(await runs()).toEqual(TAKEN_OVER)
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([3, expect.stringContaining('lost its lease')])
    database.set(0)
    const after = await project.json()
    expect([after.document.counts.executed, after.document.error]).toEqual([0, null])
    expect(await runs()).toEqual(TAKEN_OVER)
    expect(project.effects().toSorted()).toEqual([...BEGUN, 'least 2'].toSorted())
  })

  it('an hour back: a pass at work keeps its lease, nobody takes over, and no slot runs again', async () => {
    const { ended } = await startLong()
    database.set(-HOUR_S)
    const beside = await project.json()
    expect([beside.code, beside.document.counts.executed, beside.document.counts.abandoned]).toEqual([0, 0, 0])
    project.write('go', '')
    expect((await ended).code).toBe(0)
    database.set(0)
    expect((await project.json()).document.counts.executed).toBe(0)
    expect(project.effects().toSorted()).toEqual(BEGUN)
    expect((await runs()).map((run) => [run['status'], run['attempt']])).toEqual([
      ['COMPLETED', 1],
      ['COMPLETED', 1],
    ])
  })

  it('an hour back after a crash: the lease seems to go on until the clock has caught up, then all is recovered', async () => {
    const { child, ended } = await startLong()
    child.kill('SIGKILL')
    await ended
    database.set(-HOUR_S)
    // Which exits all the same, though what it watches seems alive for an hour.
    const early = await project.json([], { LEASE_MS: '2000' })
    expect([early.code, early.document.error, project.effects().toSorted()]).toEqual([0, null, BEGUN])
    expect(early.stderr).toContain('neither renews its lease nor lets it end')
    database.set(0)
    expect((await project.json()).document.error).toBeNull()
    expect(await runs()).toEqual(TAKEN_OVER)
    expect(project.effects().toSorted()).toEqual([...BEGUN, 'least 2'].toSorted())
  })

  it('to and fro under load: every slot has one fate, and what may run once ran at most once', async () => {
    project.configure(WORKLOAD)
    await project.run()
    const base = await makeLate(project, 12)
    let steps = 0
    const stepping = setInterval(() => database.set([HOUR_S, 0, -HOUR_S, 0][steps++ % 4] ?? 0), 700)
    const codes: (number | null)[] = []
    const passes = async (): Promise<void> => {
      while (steps < STEPS) codes.push((await project.run(['--max-duration', '8s', '--quiet'])).code)
    }
    await Promise.all([passes(), passes(), passes()])
    clearInterval(stepping)
    // Later than any lease that was granted, so that nothing is held any more.
    database.set(HOUR_S + 60)
    for (let executed = 1; executed > 0;) {
      const { code, document } = await project.json([], { LEASE_MS: '20000' })
      expect([document.error, code === 0 || code === 1]).toEqual([null, true])
      executed = document.counts.executed
    }
    // 3: told that the lease is lost.
    expect(codes.filter((code) => code !== 0 && code !== 1 && code !== 3)).toEqual([])
    const wrong: unknown[] = []
    const found = await account(project, base, (what) => wrong.push(what))
    expect(wrong).toEqual([])
    expect(found).toMatchObject({ duplicates: 0, gaps: 0, unrecorded: 0, hollow: 0, unfinished: 0, stuck: 0 })
    expect(found.mostOnce).toBe(1)
    expect(found.slots).toBeGreaterThanOrEqual(11 * 72 * 2)
  }, 300_000)
})
