import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { readHistory } from './history.js'
import { aProject, type Project } from './project.js'

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
      jobs: [defineJob({ name: 'j', run: async ({ scheduleId }) => { effect(scheduleId); await sleep(300) } })],
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
})
