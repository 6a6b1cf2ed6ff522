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

  // Nothing ends before each pass has begun something: one that takes more than it can start leaves the others without.
  it('run 200 due schedules exactly once each, share them, and none reports an error', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `s${String(n).padStart(3, '0')}`)
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: async ({ scheduleId, fence }) => {
        const { appendFileSync, readFileSync } = await import('node:fs')
        const passes = () => new Set(readFileSync(folder + '/begun', 'utf8').trim().split('\\n')).size
        appendFileSync(folder + '/begun', fence + '\\n')
        for (let waited = 0; passes() < 8; waited += 50) {
          if (waited > 60_000) throw new Error('only ' + passes() + ' of 8 passes found something to run')
          await sleep(50)
        }
        effect(scheduleId)
      } })],
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
    expect(Math.min(...shares)).toBeGreaterThan(0)
  })
})
