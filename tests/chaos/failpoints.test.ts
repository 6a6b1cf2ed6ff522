import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Project, Started } from '../scenarios/project.js'
import { engines } from '../support/servers.js'
import { account } from './account.js'
import { aChaosProject, LEASE_MS, placesOf, shareOf } from './chaos-project.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
// The short form gives a SIGSTOP to every third place of those.
const SHARE = process.env['CHAOS_FULL'] === undefined ? 3 : 1
const AT_ONCE = 5

/** One schedule per failpoint: its pass takes, runs, records and retries nothing but that. */
const CONFIG = `{
  jobs: ['least', 'most'].map((name) => defineJob({ name, onCrash: name === 'most' ? 'skip' : 'retry',
    run: ({ jobName, scheduleId, scheduledFor, runId, trigger }) => {
      effect([jobName, scheduleId, scheduledFor.toISOString(), runId, trigger].join(' '))
      return sleep(scheduleId === 'slow' ? 900 : 0)
    } })),
  schedules: ['slow', ...Array.from({ length: 120 }, (_, n) => 's' + n)].map((id) => ({ id, cron: '0 3 1 1 *', jobs: ['least', 'most'] })),
}`

it('the package has no failpoints: its build leaves the labelled statements out', () => {
  const dist = path.join(ROOT, 'dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
  const found = files.filter((file) =>
    /failpoint|FAILPOINT|FAILPOINTS_TRACE/.test(readFileSync(path.join(dist, file), 'utf8')),
  )
  expect(files.length).toBeGreaterThan(50)
  expect(found).toEqual([])
})

describe.each(engines())('at every failpoint on $name', (engine) => {
  let project: Project
  let places: string[]

  beforeAll(async () => {
    project = await aChaosProject(engine)
    project.configure(CONFIG)
    await project.run()
    await project.makeDue(['slow'])
    places = shareOf(engine, await placesOf(project, ['--schedule', 'slow']))
  })
  afterAll(() => project.remove())

  /** A pass for each place over a schedule of its own, a few at once. */
  async function eachPlace(
    action: string,
    share: number,
    then: (started: Started) => Promise<void>,
  ): Promise<string[]> {
    const ids = places.map((_, n) => `s${n}`)
    await project.makeDue(ids, action === 'kill' ? 7200 : 3600)
    const waiting = places.map((place, n) => ({ place, id: ids[n] ?? '' })).filter((_, n) => n % share === 0)
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const FAILPOINTS = `${next.place}=${action}`
        await then(project.start(['--schedule', next.id, '--quiet', '--max-duration', '20s'], { FAILPOINTS }))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    return ids.filter((_, n) => n % share === 0)
  }

  async function allIsWell(ids: readonly string[]): Promise<void> {
    const found = await account(project, new Date(8.64e15), () => undefined)
    expect(found).toMatchObject({ duplicates: 0, unrecorded: 0, hollow: 0, unfinished: 0, stuck: 0 })
    expect(found.mostOnce).toBeLessThanOrEqual(1)
    const runs = await project.sql(`SELECT scheduleId, jobName FROM JobRun WHERE scheduleId <> 'slow'`)
    const taken = new Set(runs.map((run) => `${String(run['scheduleId'])} ${String(run['jobName'])}`))
    expect(ids.flatMap((id) => [`${id} least`, `${id} most`]).filter((key) => !taken.has(key))).toEqual([])
  }

  it('a SIGKILL loses nothing and doubles nothing; one pass after the lease recovers it all', async () => {
    expect(places.length).toBeGreaterThan(10)
    let kills = 0
    const ids = await eachPlace('kill', 1, async ({ ended }) => {
      if ((await ended).signal === 'SIGKILL') kills += 1
    })
    expect(kills).toBeGreaterThanOrEqual(places.length - 3)
    await sleep(LEASE_MS)
    const { code, stderr } = await project.run([], { LEASE_MS: '20000' })
    expect(code, stderr).toBeLessThanOrEqual(1)
    await allIsWell(ids)
  }, 400_000)

  it('a SIGSTOP past the lease leaves a pass that can write nothing any more', async () => {
    const codes: (number | null)[] = []
    const ids = await eachPlace('stop', SHARE, async (started) => {
      await Promise.race([untilStopped(started), started.ended])
      const wasStopped = isStopped(started)
      // A pass stopped inside a transaction keeps its locks, so it has to wake before the others can be judged.
      await sleep(wasStopped ? 1.5 * LEASE_MS : 0)
      started.child.kill('SIGCONT')
      const { code } = await started.ended
      if (wasStopped) codes.push(code)
    })
    expect(codes.length).toBeGreaterThan(places.length / SHARE / 2)
    // 0 and 1: stopped before it had a lease; 3: told on waking that the lease is lost.
    expect(codes.filter((code) => code !== 0 && code !== 1 && code !== 3)).toEqual([])
    expect(codes).toContain(3)
    const rescue = await project.run([], { LEASE_MS: '20000' })
    expect(rescue.code, rescue.stderr).toBeLessThanOrEqual(1)
    await allIsWell(ids)
  }, 400_000)
})

async function untilStopped(started: Started): Promise<void> {
  while (!isStopped(started) && started.child.exitCode === null) await sleep(20)
}

function isStopped({ child }: Started): boolean {
  try {
    return readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8')
      .replace(/\(.*\)/, '')
      .includes(' T ')
  } catch {
    return false
  }
}
