import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aProject, type Project } from '../scenarios/project.js'
import { startMysqlProxy, type MysqlProxy } from '../support/mysql-proxy.js'
import { engines } from '../support/servers.js'

const IS_FULL = process.env['CHAOS_FULL'] !== undefined
const RUNS = IS_FULL ? 1000 : 200
const IDS = Array.from({ length: RUNS }, (_, n) => `s${n}`)
const [EACH_WAY_MS, LOSS] = [250, 0.01]

describe.each(engines().filter((engine) => engine.name === 'mariadb' || (IS_FULL && engine.name === 'mysql')))(
  'over a wire to $name whose answers take half a second and that loses one packet of a hundred',
  (engine) => {
    let project: Project
    let proxy: MysqlProxy
    beforeEach(async () => {
      project = await aProject(engine)
      proxy = await startMysqlProxy(project.database?.url ?? '')
    })
    afterEach(async () => {
      await proxy.close()
      await project.remove()
    })

    it(`${RUNS} runs are made once each, and no pass is taken for dead`, async () => {
      project.configure(`{
        concurrency: 50,
        jobs: [defineJob({ name: 'work', run: async ({ scheduleId }) => { effect(scheduleId); await sleep(500) } })],
        schedules: ${JSON.stringify(IDS)}.map((id) => ({ id, cron: '0 3 1 1 *', jobs: ['work'] })),
      }`)
      await project.run()
      await project.makeDue(IDS)
      proxy.delay(EACH_WAY_MS)
      proxy.lose(LOSS)
      const passes = await Promise.all([1, 2, 3].map(() => project.json([], { DATABASE_URL: proxy.url })))
      expect(passes.map((pass) => [pass.code, pass.document.counts.abandoned, pass.document.error])).toEqual(
        passes.map(() => [0, 0, null]),
      )
      expect(proxy.lost()).toBeGreaterThan(0)
      expect(project.effects().toSorted()).toEqual(IDS.toSorted())
      expect(await project.sql('SELECT status, attempt, COUNT(*) AS n FROM JobRun GROUP BY status, attempt')).toEqual([
        { status: 'COMPLETED', attempt: 1, n: RUNS },
      ])
      expect(await project.sql("SELECT id FROM RunnerPass WHERE status = 'LOST'")).toEqual([])
    }, 400_000)
  },
)
