import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../src/client.js'
import { startMariadb, type MariadbServer } from '../support/mariadb.js'
import { connectTo, engines, type TestDatabase } from '../support/servers.js'
import type { Project, Started } from '../scenarios/project.js'
import { account, type Account } from './account.js'
import { aChaosProject, LEASE_MS, placesOf } from './chaos-project.js'
import { leftToDo, makeLate, WORKLOAD } from './workload.js'

export type EngineName = 'sqlite' | 'mariadb' | 'mysql'

/** What was done to passes, and what came of it; sums over all epochs. */
export interface Figures extends Account {
  engine: EngineName
  minutes: number
  epochs: number
  passes: number
  kills: number
  stops: number
  /** Stopped passes that were told on waking that their lease is lost. */
  fenced: number
  connectionKills: number
  serverKills: number
  adminWrites: number
  adminErrors: number
  exits: Record<string, number>
  /** Longest time from start (or SIGCONT) to exit, in milliseconds; the bound is BOUND_MS. */
  longestMs: number
  overBound: number
}

const MAX_DURATION_MS = 8000
/** `--max-duration`, and what starting a process may take on a machine that is busy with three engines. */
export const BOUND_MS = MAX_DURATION_MS + 5000
/** Long enough for one pass to end a whole backlog on a machine that others use: the last pass must not be cut short. */
const SETTLING_MS = 60_000
const PASSES_AT_ONCE = 3
const BACKLOG_MINUTES = 300

interface Soak {
  engine: EngineName
  minutes: number
  /** Seconds between SIGKILLs of the server (MariaDB only); 0: none. */
  serverKillEveryS: number
}

/** Makes passes, kills, stops and disconnects them until the time is over; checks the account after each epoch. */
export async function soak(
  { engine, minutes, serverKillEveryS }: Soak,
  report: (line: string) => void,
): Promise<Figures> {
  const figures = nothing(engine)
  const startedAt = performance.now()
  const server = engine === 'mariadb' ? await startMariadb() : null
  try {
    while (performance.now() - startedAt < minutes * 60_000) {
      const untilMs = Math.min(startedAt + minutes * 60_000, performance.now() + 60_000)
      await new Epoch(figures, await databaseOf(engine, server, figures.epochs), server, serverKillEveryS).run(untilMs)
      figures.epochs += 1
      figures.minutes = (performance.now() - startedAt) / 60_000
      report(lineOf(figures))
    }
    return figures
  } finally {
    // The server's process does not keep this one alive.
    const alive = setInterval(() => undefined, 1000)
    await server?.stop()
    clearInterval(alive)
  }
}

async function databaseOf(engine: EngineName, server: MariadbServer | null, epoch: number): Promise<TestDatabase> {
  if (server === null) {
    const found = engines().find((each) => each.name === engine)
    if (found === undefined) throw new Error(`this machine has no ${engine}`)
    return found.createDatabase()
  }
  const url = await server.createDatabase(`epoch${epoch}`)
  await (await import('../../src/store/migrations.js')).migrate(url)
  return { url, drop: async () => undefined }
}

/** One fresh database and its backlog, run down by passes that are not left in peace. */
class Epoch {
  readonly #figures: Figures
  readonly #database: TestDatabase
  readonly #server: MariadbServer | null
  readonly #serverKillEveryS: number
  #places: string[] = []
  #over = false

  constructor(figures: Figures, database: TestDatabase, server: MariadbServer | null, serverKillEveryS: number) {
    this.#figures = figures
    this.#database = database
    this.#server = server
    this.#serverKillEveryS = serverKillEveryS
  }

  async run(untilMs: number): Promise<void> {
    const project = await aChaosProject(this.#database)
    try {
      project.configure(WORKLOAD)
      await project.run()
      const base = await makeLate(project, BACKLOG_MINUTES)
      this.#places = await placesOf(project, ['--max-duration', '4s', '--quiet'])
      const disturbers = [this.#administer(), this.#killConnections(), this.#killServer()]
      await Promise.all(Array.from({ length: PASSES_AT_ONCE }, () => this.#makePasses(project, untilMs)))
      this.#over = true
      await Promise.all(disturbers)
      await this.#settle(project)
      add(
        this.#figures,
        await account(project, base, (what) => void process.stderr.write(`WRONG ${JSON.stringify(what)}\n`)),
      )
    } finally {
      await project.remove()
    }
  }

  async #makePasses(project: Project, untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      await this.#onePass(project)
      if ((await leftToDo(project).catch(() => 1)) === 0) return
    }
  }

  async #onePass(project: Project): Promise<void> {
    const plan = this.#plan()
    const started = project.start(['--max-duration', `${MAX_DURATION_MS}ms`, '--quiet'], plan.env)
    let wokenAt = performance.now()
    let stops = 0
    const ending = { done: false }
    const watching = (async () => {
      if (plan.signal !== null) {
        await Promise.race([sleep(plan.afterMs), started.ended])
        if (!ending.done) started.child.kill(plan.signal)
      }
      while (!ending.done) {
        if (isStopped(started)) {
          stops += 1
          await sleep(LEASE_MS * (1 + 2 * Math.random()))
          wokenAt = performance.now()
          started.child.kill('SIGCONT')
        }
        await sleep(50)
      }
    })()
    const ended = await started.ended
    ending.done = true
    const tookMs = performance.now() - wokenAt
    await watching
    this.#count(ended, stops, tookMs)
  }

  #count({ code, signal, stderr }: Awaited<Started['ended']>, stops: number, tookMs: number): void {
    const figures = this.#figures
    figures.passes += 1
    figures.stops += stops
    if (signal === 'SIGKILL') figures.kills += 1
    if (stops > 0 && /LEASE_LOST|lost its lease|no longer holds/.test(stderr)) figures.fenced += 1
    figures.longestMs = Math.max(figures.longestMs, Math.round(tookMs))
    if (tookMs > BOUND_MS) figures.overBound += 1
    const key = String(signal ?? code)
    figures.exits[key] = (figures.exits[key] ?? 0) + 1
    const isStrange = signal !== null && signal !== 'SIGKILL'
    const isFailure = process.env['CHAOS_VERBOSE'] !== undefined && code !== null && code > 1
    if (isStrange || isFailure) process.stderr.write(`${key}: ${stderr}\n`)
  }

  #plan(): { env: Record<string, string>; signal: NodeJS.Signals | null; afterMs: number } {
    const dice = Math.random()
    const signal = Math.random() < 0.22 ? ('SIGSTOP' as const) : ('SIGKILL' as const)
    const action = signal === 'SIGSTOP' ? 'stop' : 'kill'
    const none = { env: {}, signal: null, afterMs: 0 }
    if (dice < 0.05) return none
    if (dice < 0.15) return { env: {}, signal, afterMs: 200 + Math.random() * 2500 }
    // Early places matter as much as late ones.
    if (dice < 0.7)
      return { ...none, env: { FAILPOINTS: `#${Math.ceil(Math.exp(Math.random() * Math.log(150)))}=${action}` } }
    const place = this.#places[Math.floor(Math.random() * this.#places.length)] ?? 'pass.checked'
    const atLast = Math.random() < 0.5 ? ';#600=kill' : ''
    return { ...none, env: { FAILPOINTS: `${place}=${action}@${Math.ceil(Math.random() ** 2 * 6)}${atLast}` } }
  }

  /** Requests, cancels, pauses and resumes, as people do while passes run. */
  async #administer(): Promise<void> {
    const client = createClient({ databaseUrl: this.#database.url })
    const targets = ['wait-0', 'allow-0', 'replace', 'skip']
    while (!this.#over) {
      const id = targets[Math.floor(Math.random() * targets.length)] ?? 'wait-0'
      try {
        const [run] = await client.runs.request(id, { job: 'least' })
        if (run !== undefined && Math.random() < 0.3) await client.runs.cancel(run.id)
        if (id === 'skip' || id === 'wait-0') {
          await client.schedules.pause(id, { reason: 'chaos' })
          await sleep(50)
          await client.schedules.resume(id)
        }
        this.#figures.adminWrites += 3
      } catch {
        this.#figures.adminErrors += 1
      }
      await sleep(700)
    }
    for (const id of targets) await client.schedules.resume(id).catch(() => undefined)
    await client.close()
  }

  /** KILL of a random connection to the epoch's database. */
  async #killConnections(): Promise<void> {
    if (this.#database.url.startsWith('file:')) return
    while (!this.#over) {
      await sleep(400)
      const connection = await connectTo(this.#database.url).catch(() => null)
      try {
        const [rows] = (await connection?.query(
          'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID() ORDER BY RAND() LIMIT 1',
        )) ?? [[]]
        const [victim] = rows as { id: number }[]
        if (victim !== undefined) {
          await connection?.query(`KILL ${victim.id}`)
          this.#figures.connectionKills += 1
        }
      } catch {
        // The server was killed, or the victim had gone already.
      } finally {
        connection?.destroy()
      }
    }
  }

  async #killServer(): Promise<void> {
    if (this.#server === null || this.#serverKillEveryS === 0) return
    for (;;) {
      for (let waited = 0; waited < this.#serverKillEveryS && !this.#over; waited += 0.5) await sleep(500)
      if (this.#over) return
      await this.#server.kill()
      await sleep(Math.random() * 1500)
      await this.#server.restart()
      this.#figures.serverKills += 1
    }
  }

  /** After a lease and one pass nothing may be held by the dead; then the rest of the backlog is run down. */
  async #settle(project: Project): Promise<void> {
    await sleep(LEASE_MS)
    const last = await project.run(['--max-duration', `${SETTLING_MS}ms`, '--quiet'], { LEASE_MS: '20000' })
    if (last.code !== 0 && last.code !== 1)
      process.stderr.write(`settling pass exited ${String(last.code)}: ${last.stderr}\n`)
    if (last.tookMs > SETTLING_MS + 5000) this.#figures.overBound += 1
  }
}

function isStopped({ child }: Started): boolean {
  try {
    return / T /.test(readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8').replace(/\(.*\)/, ''))
  } catch {
    return false
  }
}

function nothing(engine: EngineName): Figures {
  return {
    engine,
    minutes: 0,
    epochs: 0,
    passes: 0,
    kills: 0,
    stops: 0,
    fenced: 0,
    connectionKills: 0,
    serverKills: 0,
    adminWrites: 0,
    adminErrors: 0,
    exits: {},
    longestMs: 0,
    overBound: 0,
    runs: 0,
    slots: 0,
    effects: 0,
    duplicates: 0,
    gaps: 0,
    mostOnce: 0,
    unrecorded: 0,
    hollow: 0,
    unfinished: 0,
    stuck: 0,
    abandoned: 0,
    repeated: 0,
  }
}

function add(figures: Figures, found: Account): void {
  for (const [key, value] of Object.entries(found) as [keyof Account, number][]) {
    figures[key] = key === 'mostOnce' ? Math.max(figures.mostOnce, value) : figures[key] + value
  }
}

function lineOf(figures: Figures): string {
  return JSON.stringify({ ...figures, minutes: Math.round(figures.minutes * 10) / 10 })
}
