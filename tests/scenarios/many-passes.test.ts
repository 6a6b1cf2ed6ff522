import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { passesAtOnce } from './crowd.js'
import { aProject, type Project } from './project.js'

describe.each(engines())('eight passes at once on $name', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  it('run 200 due schedules exactly once each, share them, and none reports an error', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `s${String(n).padStart(3, '0')}`)
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: async ({ scheduleId, fence }) => { await sleep(100); effect(scheduleId) ; return { fence } } })],
      schedules: ${JSON.stringify(ids)}.map((id) => ({ id, cron: '0 3 1 1 *', jobs: ['work'] })),
    }`)
    expect((await project.run()).code).toBe(0)
    await project.makeDue(ids)
    // At once: a busy machine starts the eighth process when the first is nearly done.
    const { passes } = await passesAtOnce(project, 8)
    expect(passes.map((pass) => pass.code)).toEqual(Array(8).fill(0))
    expect(passes.map((pass) => pass.document.error)).toEqual(Array(8).fill(null))
    expect(project.effects().toSorted()).toEqual(ids)
    expect(await project.sql(`SELECT status, COUNT(*) AS n FROM JobRun GROUP BY status`)).toMatchObject([
      { status: 'COMPLETED', n: 200 },
    ])
    const shares = passes.map((pass) => pass.document.counts.executed)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(200)
    expect(shares.filter((share) => share >= 10).length).toBeGreaterThanOrEqual(4)
  })
})
