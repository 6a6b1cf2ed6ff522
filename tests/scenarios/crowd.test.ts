import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { engines } from '../support/servers.js'
import { aCrowd, administer, passesAtOnce } from './crowd.js'
import { aProject, type Project } from './project.js'

const FULL = process.env['CHAOS_FULL'] === '1'
const PASSES = FULL ? 32 : 12
const SCHEDULES = FULL ? 1000 : 300

describe.each(engines())('a crowd of passes on $name', (engine) => {
  let project: Project
  let client: Client
  beforeEach(async () => {
    project = await aProject(engine)
    client = createClient({ databaseUrl: project.database?.url ?? '', actor: 'admin' })
  })
  afterEach(async () => {
    await client.close()
    await project.remove()
  })

  it(`of ${PASSES} runs ${SCHEDULES} due schedules once each while somebody writes, and neither meets an error`, async () => {
    const crowd = await aCrowd(project, SCHEDULES)
    const over = new AbortController()
    const writing = administer(client, crowd, over.signal)
    const { passes } = await passesAtOnce(project, PASSES).finally(() => over.abort())
    const writes = await writing

    expect(passes.map((pass) => [pass.code, pass.document.error])).toEqual(Array(PASSES).fill([0, null]))
    expect(project.effects().toSorted()).toEqual(crowd.due)
    expect(await project.sql('SELECT status, `trigger`, COUNT(*) AS n FROM JobRun GROUP BY status, `trigger`')).toEqual(
      [{ status: 'COMPLETED', trigger: 'CRON', n: SCHEDULES }],
    )
    const shares = passes.map((pass) => pass.document.counts.executed)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(SCHEDULES)
    expect(shares.filter((share) => share > 0).length).toBeGreaterThanOrEqual(PASSES / 2)

    const inserted = writes.filter((write) => write.kind === 'insert').length
    expect(inserted).toBeGreaterThan(0)
    expect(
      await project.sql(
        "SELECT cron, COUNT(*) AS n FROM JobSchedule WHERE source = 'DATABASE' GROUP BY cron ORDER BY cron",
      ),
    ).toEqual([{ cron: '0 5 1 1 *', n: inserted }])
    expect(await project.sql('SELECT COUNT(*) AS n FROM JobSchedule WHERE enabled = 0')).toEqual([{ n: 0 }])
  }, 300_000)
})
