import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client.js'
import { engines } from '../support/servers.js'
import { minutesAgo, outageSince, readHistory } from './history.js'
import { aProject, type Project, type Started } from './project.js'

const LEASE = { LEASE_MS: '20000' }
const EXPIRE = "UPDATE RunnerPass SET leaseUntil = '2026-01-01 00:00:00.000' WHERE status = 'RUNNING'"
const STUCK = `SELECT jobName, status FROM JobRun WHERE status = 'RUNNING' OR (status = 'PENDING' AND availableAt IS NULL)`

describe.each(engines())('while a pass runs on $name', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  /** No effect twice, nothing held, every slot with one fate. */
  async function expectWhole(): Promise<void> {
    const effects = project.effects()
    expect(effects).toEqual([...new Set(effects)])
    expect(await project.sql(STUCK)).toEqual([])
    await readHistory(project)
  }

  it('`pause --all` stops it from taking more; what it had not taken is skipped at `resume --all`', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'j', run: async ({ runId }) => { effect(runId); await sleep(300) } })],
      schedules: Array.from({ length: 30 }, (_, i) => ({ id: 's' + i, cron: '0 3 1 1 *', jobs: ['j'], firstRun: 'immediately' })),
    }`)
    const { ended } = project.start(['--json', '--concurrency', '1'])
    await expect.poll(() => project.effects().length).toBeGreaterThan(1)
    await project.run(['pause', '--all'])
    const begun = project.effects().length
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as { notes: string[] }).notes.join()).toContain('everything is paused')
    const ran = project.effects().length
    // What it had taken already, a little ahead, still runs.
    expect(ran).toBeLessThan(begun + 10)
    await project.run()
    expect(project.effects()).toHaveLength(ran)
    await project.run(['request', 's29'])
    await project.run()
    expect(project.effects()).toHaveLength(ran + 1)
    await project.run(['resume', '--all'])
    await project.run()
    const fates = await project.sql(
      "SELECT status, reason, COUNT(*) AS runs FROM JobRun WHERE `trigger` = 'CRON' GROUP BY status, reason ORDER BY status",
    )
    expect(fates.map((fate) => ({ ...fate, runs: Number(fate['runs']) }))).toEqual([
      { status: 'COMPLETED', reason: null, runs: ran },
      { status: 'SKIPPED', reason: 'paused', runs: 30 - ran },
    ])
    await expectWhole()
  })

  /** One job that waits for a file, one that does not; due every minute since an hour ago. */
  const config = (cron: string): string => `{
    jobs: [
      defineJob({ name: 'long', run: async ({ runId, signal }) => {
        effect('long ' + runId)
        while (!existsSync(folder + '/let-go')) { signal.throwIfAborted(); await sleep(20) }
      } }),
      defineJob({ name: 'short', run: ({ runId }) => effect('short ' + runId) }),
    ],
    schedules: [{ id: 'held', cron: '${cron}', jobs: ['long', 'short'], jobConcurrency: 1, enabled: false }],
  }`

  /** A pass whose first job is under way. */
  async function startHeld(): Promise<Started> {
    project.configure(config('* * * * *'))
    await project.run()
    await outageSince(project, minutesAgo(60), ['held'])
    const started = project.start(['--json'], LEASE)
    await expect.poll(() => project.effects()).toHaveLength(1)
    return started
  }

  it('an edit of its schedule lets the slot that runs end, and accounts for the others', async () => {
    const { ended } = await startHeld()
    project.configure(config('0 3 1 1 *'))
    const beside = await project.json([], LEASE)
    expect([beside.code, beside.document.counts]).toMatchObject([0, { executed: 0 }])
    project.write('let-go', '')
    expect((await ended).code).toBe(0)
    const history = await readHistory(project)
    expect(history.schedules.get('held')).toMatchObject({ cron: '0 3 1 1 *', lastStatus: 'COMPLETED' })
    const fates = history.fates('held')
    expect(fates[0]).toMatch(/^MISSED coalesced \d+$/)
    expect(fates.filter((fate) => fate === 'COMPLETED 1')).toHaveLength(2)
    await expectWhole()
  })

  it('`run` of its schedule is refused, and with overlap `allow` runs beside it, consuming no slot', async () => {
    const { ended } = await startHeld()
    const refused = await project.run(['run', 'held', '--job', 'short'], LEASE)
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('has an open run')])
    await project.sql(`UPDATE JobSchedule SET overlap = 'allow' WHERE id = 'held'`)
    expect((await project.run(['run', 'held', '--job', 'short'], LEASE)).code).toBe(0)
    expect(project.effects()).toHaveLength(2)
    project.write('let-go', '')
    expect((await ended).code).toBe(0)
    const manual = "SELECT jobName, status, scheduledFor FROM JobRun WHERE `trigger` = 'MANUAL'"
    expect(await project.sql(manual)).toEqual([{ jobName: 'short', status: 'COMPLETED', scheduledFor: null }])
    expect(project.effects()).toHaveLength(3)
    await expectWhole()
  })

  it.each(['fails with a retry that lies ahead', 'is interrupted with its pass', 'dies with its pass'])(
    'removal of its schedule ends its run, which %s',
    async (how) => {
      project.configure(`{
        jobs: [defineJob({ name: 'j', retry: { attempts: 3, delay: '10m' }, run: async ({ runId, signal }) => {
          effect('j ' + runId)
          while (!existsSync(folder + '/let-go')) { if (${how.startsWith('is')}) signal.throwIfAborted(); await sleep(20) }
          throw new Error('no')
        } })],
        schedules: [],
      }`)
      await project.run()
      const client = createClient({ databaseUrl: project.database?.url ?? '' })
      await client.schedules.upsert({ id: 'tenant', cron: '0 3 1 1 *', jobs: ['j'], firstRun: 'immediately' })
      const { child, ended } = project.start(['--json'], { LEASE_MS: '20000' })
      await expect.poll(() => project.effects()).toHaveLength(1)
      await client.schedules.remove('tenant')
      await client.close()
      if (how.startsWith('fails')) project.write('let-go', '')
      else child.kill(how.startsWith('is') ? 'SIGTERM' : 'SIGKILL')
      const { stdout } = await ended
      if (how.startsWith('dies')) await project.sql(EXPIRE)
      else
        expect(JSON.parse(stdout)).toMatchObject({ runs: [{ status: 'CANCELLED', reason: 'requested', attempt: 1 }] })
      expect((await project.run()).code).toBe(0)
      const rows = 'SELECT status, reason, attempt, availableAt FROM JobRun'
      expect(await project.sql(rows)).toEqual([
        { status: 'CANCELLED', reason: 'requested', attempt: 1, availableAt: null },
      ])
      await expectWhole()
    },
  )
})
