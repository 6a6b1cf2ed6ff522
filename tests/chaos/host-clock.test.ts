import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeClock, clocksCanBeFaked, type FakeClock } from '../support/fake-clock.js'
import { serverEngines } from '../support/server-engines.js'
import { Project } from '../scenarios/project.js'
import { account } from './account.js'
import { leftToDo, makeLate, WORKLOAD } from './workload.js'

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
const OFFSETS = [HOUR_S, -HOUR_S, DAY_S, -DAY_S]
// A pass that is starved by its neighbours must not look like one that a clock confused.
const LEASE = { LEASE_MS: '20000' }

/** Half an hour to either side of what decides; `first` steps the clock when it is told to, before the others are taken. */
const NEAR = `{
  concurrency: 1,
  jobs: ['least', 'most'].map((name) => defineJob({ name, onCrash: name === 'most' ? 'skip' : 'retry', timeout: '60s',
    retry: { attempts: 2, delay: 200 },
    run: async ({ scheduleId, attempt }) => {
      effect(scheduleId + ' ' + name + ' ' + attempt)
      const { renameSync, writeFileSync } = await import('node:fs')
      for (const seconds of scheduleId === 'first' && attempt === 1 ? JSON.parse(process.env.STEPS ?? '[]') : []) {
        writeFileSync(process.env.FAKETIME_TIMESTAMP_FILE + '.new', (seconds < 0 ? '' : '+') + seconds + '\\n')
        renameSync(process.env.FAKETIME_TIMESTAMP_FILE + '.new', process.env.FAKETIME_TIMESTAMP_FILE)
        await sleep(150)
      }
      if (scheduleId === 'first' && attempt === 1) throw new Error('once more')
      return Date.now()
    } })),
  schedules: [
    { id: 'first', priority: 9 },
    { id: 'past' }, { id: 'ahead' },
    { id: 'in-window', catchUpWindow: '45m' }, { id: 'out-of-window', catchUpWindow: '15m' },
    { id: 'skip', catchUp: 'skip' }, { id: 'skip-too-late', catchUp: 'skip' },
    { id: 'waits' }, { id: 'waits-longer' }, { id: 'dead' }, { id: 'alive' },
    { id: 'pause-over', enabled: false }, { id: 'pause-goes-on', enabled: false },
  ].map((schedule) => ({ cron: '0 3 1 1 *', jobs: ['least', 'most'], ...schedule })),
}`

/** What a pass makes of it by the database's clock: status, reason and attempt of each row. */
const EXPECTED = {
  ahead: [],
  alive: ['least RUNNING 1', 'most RUNNING 1'],
  dead: ['least COMPLETED 2', 'most ABANDONED 1'],
  first: ['least COMPLETED 2', 'most COMPLETED 2'],
  'in-window': ['least COMPLETED 1', 'most COMPLETED 1'],
  'out-of-window': ['* MISSED window 0'],
  past: ['least COMPLETED 1', 'most COMPLETED 1'],
  'pause-goes-on': [],
  'pause-over': [],
  waits: ['least COMPLETED 1'],
  'waits-longer': ['least PENDING 0'],
  skip: ['least COMPLETED 1', 'most COMPLETED 1'],
  'skip-too-late': ['* MISSED window 0'],
}

describe.runIf(clocksCanBeFaked()).each(serverEngines())('on a host whose clock is wrong, over $name,', (engine) => {
  let project: Project
  const clocks: FakeClock[] = []
  beforeEach(async () => {
    project = new Project(await engine.createDatabase(), undefined, LEASE)
  })
  afterEach(async () => {
    for (const clock of clocks.splice(0)) clock.remove()
    await project.remove()
  })

  function aClock(): FakeClock {
    const clock = createFakeClock()
    clocks.push(clock)
    return clock
  }

  it.each([
    ...[0, ...OFFSETS].map((seconds) => ({ what: `off by ${seconds} s`, seconds, steps: [] as number[] })),
    { what: 'stepped to either side while the pass runs', seconds: 0, steps: OFFSETS },
  ])('a pass takes, skips and takes over the same: $what', async ({ seconds, steps }) => {
    await prepareNear(project)
    const clock = aClock()
    clock.set(seconds)
    const beating = keepAlive(project)
    const { code, document } = await project.json([], { ...clock.env, STEPS: JSON.stringify(steps) })
    await beating.stop()
    expect([code, document.error]).toEqual([1, null])
    expect(await fates(project)).toEqual(EXPECTED)
    expect(new Set(project.effects()).size).toBe(project.effects().length)
    expect(await hoursOff(project)).toBeCloseTo((steps.at(-1) ?? seconds) / HOUR_S, 1)
    expect(await enabled(project, ['pause-over', 'pause-goes-on'])).toEqual([1, 0])
    const [off] = await project.sql(
      `SELECT COUNT(*) AS n FROM JobRun WHERE ABS(TIMESTAMPDIFF(SECOND, createdAt, UTC_TIMESTAMP(3))) > 1200
         AND scheduleId <> 'waits-longer' OR durationMs < 0 OR durationMs > 60000`,
    )
    expect(Number(off?.['n'])).toBe(0)
  })

  it('passes whose clocks step beside each other run every slot once, and none takes another for dead', async () => {
    project.configure(WORKLOAD)
    await project.run()
    const base = await makeLate(project, 12)
    const ownClocks = [aClock(), aClock(), aClock()]
    let step = 0
    const stepping = setInterval(() => {
      step += 1
      for (const [n, clock] of ownClocks.entries()) clock.set([0, ...OFFSETS][(step * (n + 1)) % 5] ?? 0)
    }, 100)
    try {
      for (let round = 0; round < 3 || (await leftToDo(project)) > 0; round++) {
        expect(round).toBeLessThan(20)
        const passes = await Promise.all(ownClocks.map((clock) => project.json([], clock.env)))
        expect(passes.map((pass) => [pass.code, pass.document.error, pass.document.counts.abandoned])).toEqual(
          passes.map(() => [0, null, 0]),
        )
      }
    } finally {
      clearInterval(stepping)
    }
    expect(step).toBeGreaterThan(5)
    const found = await account(project, base, () => undefined)
    expect(found).toMatchObject({ duplicates: 0, gaps: 0, mostOnce: 1, unrecorded: 0, hollow: 0, unfinished: 0 })
    expect(found).toMatchObject({ stuck: 0, abandoned: 0, repeated: 0 })
    expect(await project.sql("SELECT id FROM RunnerPass WHERE status = 'LOST'")).toEqual([])
  }, 400_000)
})

/** Everything that a clock could get wrong, half an hour away from the database's now. */
async function prepareNear(project: Project): Promise<void> {
  project.configure(NEAR)
  await project.run()
  await project.sql('DELETE FROM RunnerPass')
  const dueSince = (minutes: number, ids: string[]) => project.makeDue(ids, minutes * 60)
  await dueSince(30, ['first', 'past', 'in-window', 'out-of-window', 'skip'])
  await dueSince(-30, ['ahead'])
  await dueSince(180, ['skip-too-late'])
  for (const [id, minutes] of [
    ['pause-over', -30],
    ['pause-goes-on', 30],
  ] as const)
    await project.sql(`UPDATE JobSchedule SET pausedUntil = ${fromNow(minutes)} WHERE id = ?`, [id])
  for (const [id, minutes] of [
    ['waits', -30],
    ['waits-longer', 30],
  ] as const)
    await insertRun(project, id, 'least', `'PENDING', ${fromNow(minutes)}, NULL`)
  for (const [pass, id, minutes] of [
    [1, 'dead', -30],
    [2, 'alive', 30],
  ] as const) {
    await project.sql(
      `INSERT INTO RunnerPass (id, kind, host, pid, version, startedAt, leaseUntil, status)
       VALUES (${pass}, 'PASS', '${id}', ${pass}, '0', UTC_TIMESTAMP(3), ${fromNow(minutes)}, 'RUNNING')`,
    )
    for (const job of ['least', 'most']) await insertRun(project, id, job, `'RUNNING', NULL, ${pass}`)
  }
}

function fromNow(minutes: number): string {
  return `UTC_TIMESTAMP(3) + INTERVAL ${minutes} MINUTE`
}

/** `state`: its status, availableAt and passId in SQL. */
async function insertRun(project: Project, scheduleId: string, job: string, state: string): Promise<void> {
  await project.sql(
    `INSERT INTO JobRun (id, scheduleId, jobName, scheduledFor, createdAt, attempt, maxAttempts, attempts, status, availableAt, passId)
     VALUES (UUID(), ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ${state.startsWith("'RUNNING") ? 1 : 0}, 2, '[]', ${state})`,
    [scheduleId, job],
  )
}

/** The heartbeat of the pass that only exists as a row. */
function keepAlive(project: Project): { stop: () => Promise<void> } {
  const over = new AbortController()
  const beating = (async () => {
    while (!over.signal.aborted) {
      await project.sql(`UPDATE RunnerPass SET leaseUntil = ${fromNow(30)} WHERE id = 2`)
      await sleep(100)
    }
  })()
  return {
    stop: () => {
      over.abort()
      return beating
    },
  }
}

async function fates(project: Project): Promise<Record<string, string[]>> {
  const rows = await project.sql('SELECT scheduleId, jobName, status, reason, attempt FROM JobRun ORDER BY jobName')
  const of = (id: string): string[] =>
    rows
      .filter((row) => row['scheduleId'] === id)
      .map((row) => [row['jobName'], row['status'], row['reason'] ?? [], row['attempt']].flat().join(' '))
  return Object.fromEntries(Object.keys(EXPECTED).map((id) => [id, of(id)]))
}

/** How far off the pass's own clock was when it ran `past`. */
async function hoursOff(project: Project): Promise<number> {
  const [run] = await project.sql("SELECT output FROM JobRun WHERE scheduleId = 'past' AND jobName = 'most'")
  return (Number(run?.['output']) - Date.now()) / 1000 / HOUR_S
}

async function enabled(project: Project, ids: string[]): Promise<number[]> {
  const rows = await project.sql('SELECT id, enabled FROM JobSchedule')
  return ids.map((id) => Number(rows.find((row) => row['id'] === id)?.['enabled']))
}
