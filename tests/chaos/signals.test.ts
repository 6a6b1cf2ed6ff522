import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ended, Project } from '../scenarios/project.js'
import { engines } from '../support/servers.js'
import { account } from './account.js'
import { aChaosProject, placesOf, shareOf } from './chaos-project.js'

const CODES = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const
const SIGNALS = Object.keys(CODES) as (keyof typeof CODES)[]
const IS_FULL = process.env['CHAOS_FULL'] !== undefined
const AT_ONCE = 3
const LEASE_MS = 6000
const GRACE_MS = 3000
/** The pass ends by then, and by the second of two signals at once. */
const ENDING_MS = 2000
const OF_A_BUSY_MACHINE_MS = 3000
/** From here on the row says how the pass ended, and a signal changes nothing. */
const LAST_PLACE = 'closePass.update-RunnerPass.before'
const VARIABLES = { LEASE_MS: String(LEASE_MS), SHUTDOWN_GRACE_MS: String(GRACE_MS) }

interface Visit {
  id: string
  place: string
  isLate: boolean
  signal: keyof typeof CODES
  times: number
}

/** A schedule per visit. Those of the heartbeat's places have a job that obeys and one that is deaf, under way when the signal comes. */
const CONFIG = (ids: readonly string[]) => `{
  jobs: ['least', 'most'].map((name) => defineJob({ name, onCrash: name === 'most' ? 'skip' : 'retry',
    run: async ({ jobName, scheduleId, scheduledFor, runId, trigger, attempt, signal }) => {
      effect([jobName, scheduleId, scheduledFor.toISOString(), runId, trigger].join(' '))
      if (scheduleId.startsWith('long') && attempt === 1) await sleep(2 * ${GRACE_MS}, undefined, name === 'least' ? { signal } : {})
    } })),
  schedules: ${JSON.stringify(ids)}.map((id) => ({ id, cron: '0 3 1 1 *', jobConcurrency: 2, jobs: ['least', 'most'] })),
}`

/** Every failpoint with every signal once and twice; in the short form one of the six each. */
function visitsOf(places: readonly string[], all: readonly string[]): Visit[] {
  const ways = [1, 2].flatMap((times) => SIGNALS.map((signal) => ({ signal, times })))
  return places.flatMap((place, n) => {
    const isHeartbeat = /^(heartbeat|renewLease)\./.test(place)
    const isLate = all.indexOf(place) >= all.indexOf(LAST_PLACE)
    const chosen = IS_FULL ? ways : ways.filter((_, way) => way === n % ways.length)
    return chosen.map((way, m) => ({ id: `${isHeartbeat ? 'long' : 's'}-${n}-${m}`, place, isLate, ...way }))
  })
}

describe.each(engines())('told to end at every failpoint on $name', (engine) => {
  let project: Project
  let visits: Visit[]
  let idlePlaces: string[]

  beforeAll(async () => {
    project = await aChaosProject(engine)
    project.configure(CONFIG(['long']))
    await project.run()
    await project.makeDue(['long'])
    const all = await placesOf(project, [], VARIABLES)
    idlePlaces = shareOf(engine, await placesOf(project, []))
    visits = visitsOf(shareOf(engine, all), all)
    project.configure(CONFIG(['long', ...visits.map(({ id }) => id)]))
    await project.run()
  })
  afterAll(() => project.remove())

  it('once and twice, a pass ends in time by its exit code, holds nothing, and the next one finishes at once', async () => {
    await project.makeDue(visits.map(({ id }) => id))
    const cutShort: Visit[] = []
    await inTurn(visits, async (visit) => {
      const told = await tell(project, visit)
      if (told.wasCutShort) cutShort.push(visit)
      else await expectEndedWell(project, visit, told)
    })
    // Only a machine that stands still for seconds keeps a pass from recording within its time.
    expect(cutShort.length).toBeLessThan(visits.length / 2)
    if (cutShort.length > 0) await sleep(LEASE_MS)
    else expect(await held(project)).toEqual([])
    const interrupted = await project.sql("SELECT id FROM JobRun WHERE reason = 'interrupted'")
    expect(interrupted.length).toBeGreaterThan(0)

    const next = await project.run(['--verbose'], { LEASE_MS: '60000' })
    expect(next.stderr).not.toContain('watching pass')
    await expectAllDone(project, visits)
  }, 900_000)

  it('an idle pass ends as if nothing had been said: it leaves nothing behind', async () => {
    expect(idlePlaces.length).toBeGreaterThan(0)
    await inTurn(
      idlePlaces.map((place, n) => ({ place, signal: SIGNALS[n % SIGNALS.length] ?? 'SIGTERM' })),
      async ({ place, signal }) => {
        const ended = await project.run([], { FAILPOINTS: `${place}=signal:${signal}` })
        expect({ place, code: ended.code, signal: ended.signal }).toEqual({ place, code: 0, signal: null })
        expect(ended.stderr).toContain(`${signal}: stopping`)
      },
    )
    expect(await held(project)).toEqual([])
  }, 400_000)
})

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

interface Told extends Ended {
  pid: number
  /** From hearing the (last) signal to the end of the process. */
  endingMs: number
  /** The pass says so itself: it was not done when its time was over. */
  wasCutShort: boolean
}

async function tell(project: Project, { id, place, signal, times }: Visit): Promise<Told> {
  const FAILPOINTS = Array.from({ length: times }, () => `${place}=signal:${signal}`).join(';')
  const { child, ended } = project.start(['--json', '--schedule', id], { ...VARIABLES, FAILPOINTS })
  let heardAtMs = Number.NaN
  child.stderr?.on('data', (chunk: Buffer) => {
    if (/: stopping;| again: /.test(chunk.toString())) heardAtMs = performance.now()
  })
  const told = await ended
  const wasCutShort = told.stderr.includes('did not end in time')
  return { ...told, pid: child.pid ?? 0, endingMs: performance.now() - heardAtMs, wasCutShort }
}

async function expectEndedWell(project: Project, visit: Visit, told: Told): Promise<void> {
  const { place, signal, times, isLate } = visit
  const code = isLate ? 0 : CODES[signal]
  expect({ place, code: told.code, signal: told.signal }, told.stderr).toEqual({ place, code, signal: null })
  const boundMs = (times === 1 ? GRACE_MS : 0) + ENDING_MS + OF_A_BUSY_MACHINE_MS
  expect(told.endingMs, `${place} ${signal} ${times}×`).toBeLessThan(boundMs)
  const [row] = await project.sql('SELECT status, exitCode FROM RunnerPass WHERE pid = ? ORDER BY id DESC LIMIT 1', [
    told.pid,
  ])
  expect({ place, ...row }).toEqual({ place, status: isLate ? 'FINISHED' : 'INTERRUPTED', exitCode: code })
}

async function held(project: Project): Promise<unknown[]> {
  const runs = `SELECT scheduleId, jobName, status FROM JobRun WHERE status = 'RUNNING' OR (status = 'PENDING' AND availableAt IS NULL)`
  return [...(await project.sql(runs)), ...(await project.sql("SELECT id FROM RunnerPass WHERE status = 'RUNNING'"))]
}

async function expectAllDone(project: Project, visits: readonly Visit[]): Promise<void> {
  const found = await account(project, new Date(8.64e15), () => undefined)
  expect(found).toMatchObject({ duplicates: 0, unrecorded: 0, hollow: 0, unfinished: 0, stuck: 0 })
  expect(found.mostOnce).toBeLessThanOrEqual(1)
  expect(await held(project)).toEqual([])
  const rows = await project.sql("SELECT scheduleId, jobName FROM JobRun WHERE status <> 'PENDING'")
  const done = new Set(rows.map((row) => `${String(row['scheduleId'])} ${String(row['jobName'])}`))
  expect(visits.flatMap(({ id }) => [`${id} least`, `${id} most`]).filter((key) => !done.has(key))).toEqual([])
}
