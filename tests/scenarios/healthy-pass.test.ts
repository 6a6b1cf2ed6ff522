import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { engines } from '../support/servers.js'
import { aProject, type Project, type Started } from './project.js'

const LEASE_MS = 24_000
const ENV = { LEASE_MS: String(LEASE_MS) }
/** A third of the lease, and what a busy machine takes for a pass that waits for nobody. */
const PATIENCE_MS = LEASE_MS / 3 + 3000
const CONFIG = `{
  concurrency: 20,
  jobs: [
    defineJob({ name: 'long', run: async () => { effect('long'); while (!existsSync(folder + '/let-go')) await sleep(20) } }),
    defineJob({ name: 'short', run: ({ scheduleId }) => effect(scheduleId) }),
  ],
  schedules: [
    { id: 'held', cron: '0 3 1 1 *', jobs: ['long', 'short'] },
    { id: 'other', cron: '0 3 1 1 *', jobs: ['short'] },
  ],
}`

describe.each(engines())('beside a healthy pass whose job takes long, on $name', (engine) => {
  let project: Project
  let client: Client
  let long: Started

  beforeAll(async () => {
    project = await aProject(engine)
    project.configure(CONFIG)
    await project.run([], ENV)
    await project.makeDue(['held'])
    long = project.start([], ENV)
    await vi.waitFor(() => expect(project.effects()).toContain('long'), { timeout: 30_000, interval: 50 })
    client = createClient({ databaseUrl: project.database?.url ?? '' })
    await client.schedules.get('held')
  })

  afterAll(async () => {
    project.write('let-go', '')
    await long.ended
    await client.close()
    await project.remove()
  })

  it('neither a pass nor a person waits for more than a third of its lease, through a heartbeat', async () => {
    const [{ id: passId } = {}] = await project.sql(`SELECT id FROM RunnerPass WHERE status = 'RUNNING'`)
    const leaseUntil = async (): Promise<number> => {
      const [row] = await project.sql('SELECT leaseUntil FROM RunnerPass WHERE id = ?', [Number(passId)])
      return Date.parse(String(row?.['leaseUntil']))
    }
    const grantedUntil = await leaseUntil()
    const waited: number[] = []
    for (let passes = 0; passes < 2 || (await leaseUntil()) <= grantedUntil; passes += 1) {
      await project.makeDue(['held', 'other'])
      const { document } = await project.json([], ENV)
      expect(document.counts).toMatchObject({ completed: 1, failed: 0 })
      waited.push(document.pass.durationMs, ...(await writesOf(client)))
      await sleep(200)
    }
    expect(Math.max(...waited)).toBeLessThan(PATIENCE_MS)
    expect(project.effects().filter((effect) => effect === 'long')).toHaveLength(1)
    expect(await project.sql(`SELECT id FROM RunnerPass WHERE status = 'RUNNING'`)).toEqual([{ id: passId }])
  })
})

/** How long each thing that a person may do to the schedule and its waiting runs takes. */
async function writesOf({ schedules, runs }: Client): Promise<number[]> {
  const waited: number[] = []
  const timed = async <T>(write: () => Promise<T>): Promise<T> => {
    const startedAtMs = performance.now()
    try {
      return await write()
    } finally {
      waited.push(performance.now() - startedAtMs)
    }
  }
  const [run] = await timed(() => runs.request('held', { job: 'short' }))
  if (run !== undefined) await timed(() => runs.cancel(run.id))
  await timed(() => schedules.pause('held'))
  await timed(() => schedules.resume('held'))
  await timed(() => schedules.list())
  return waited
}
