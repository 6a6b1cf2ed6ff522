import { spawn } from 'node:child_process'
import { loadavg } from 'node:os'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { aCrowd, passesAtOnce, type Crowd, type Write } from '../tests/scenarios/crowd.js'
import { aProject, type Project } from '../tests/scenarios/project.js'
import { setup } from '../tests/support/global-setup.js'
import { connectTo, engines, type TestEngine } from '../tests/support/servers.js'

// What somebody who writes schedules waits for while many passes run what is due in the same tables. Beside them writes
// another, in a database of its own on the same server: what both wait for is the machine, not the passes' locks.
const ROOT = path.resolve(import.meta.dirname, '..')
const passes = Number(process.argv[2] ?? 32)
const schedules = Number(process.argv[3] ?? 1000)
const only = process.argv[4]

const stopServers = await setup()
try {
  for (const engine of engines()) if (only === undefined || engine.name.includes(only)) await measure(engine)
} finally {
  await stopServers()
}

async function measure(engine: TestEngine): Promise<void> {
  const [crowded, empty] = [await aProject(engine), await aProject(engine)]
  try {
    const crowd = await aCrowd(crowded, schedules)
    await aCrowd(empty, schedules)
    const locksBefore = await lockFigures(crowded)
    const writers = await Promise.all([startWriter(crowded, crowd), startWriter(empty, crowd)])
    const load = loadavg()[0] ?? 0
    const made = await passesAtOnce(crowded, passes)
    const [beside = [], alone = []] = await Promise.all(writers.map((writer) => writer.end()))
    const [runs] = await crowded.sql("SELECT COUNT(*) AS n FROM JobRun WHERE status = 'COMPLETED'")
    print(
      `${engine.name}: ${passes} passes, ${String(runs?.['n'])} of ${schedules} runs in ${Math.round(made.tookMs)} ms; load ${load.toFixed(1)}`,
    )
    for (const { code, document, stderr } of made.passes)
      if (code !== 0) print(`  a pass exited with ${code}: ${document.error?.message}\n${stderr}`)
    for (const kind of [undefined, ...new Set(beside.map((write) => write.kind))])
      print(
        `  ${(kind ?? 'all writes').padEnd(10)} beside the passes ${figures(beside, kind)} | elsewhere ${figures(alone, kind)}`,
      )
    print(`  ${describeLocks(locksBefore, await lockFigures(crowded))}`)
  } finally {
    await crowded.remove()
    await empty.remove()
  }
}

interface Writer {
  end(): Promise<Write[]>
}

/** Goes first on the machine where that is allowed: passes are many, and this is to measure the database. */
async function startWriter(project: Project, crowd: Crowd): Promise<Writer> {
  const script = path.join(ROOT, 'bench/crowd-admin.ts')
  const jiti = path.join(ROOT, 'node_modules/jiti/lib/jiti-register.mjs')
  const command = [process.execPath, '--import', jiti, script, project.database?.url ?? '', JSON.stringify(crowd)]
  const child = spawn('nice', ['-n', '-10', ...command], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const [ready, written] = [lineOf(lines, 1), lineOf(lines, 2)]
  await ready
  return {
    async end() {
      child.stdin.end()
      return JSON.parse(await written) as Write[]
    },
  }
}

function lineOf(lines: Interface, nth: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = 0
    lines.on('line', (line) => ++seen === nth && resolve(line))
    lines.once('close', () => reject(new Error('the writer ended before its time')))
  })
}

function figures(writes: readonly Write[], kind: Write['kind'] | undefined): string {
  const took = writes.filter((write) => kind === undefined || write.kind === kind).map((write) => write.tookMs)
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(0)
  return `n ${sorted.length} p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms`
}

type LockFigures = Record<string, number>

/** The server's own account, of all its databases; SQLite keeps none. */
async function lockFigures(project: Project): Promise<LockFigures> {
  if (project.isSqlite) return {}
  const connection = await connectTo(project.database?.url ?? '')
  try {
    const [status] = await connection.query("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock%'")
    const [metrics] = await connection.query(
      "SELECT NAME AS Variable_name, COUNT AS Value FROM information_schema.INNODB_METRICS WHERE NAME IN ('lock_deadlocks', 'lock_timeouts')",
    )
    const rows = [status, metrics].flat() as { Variable_name: string; Value: string }[]
    return Object.fromEntries(rows.map((row) => [row.Variable_name, Number(row.Value)]))
  } finally {
    await connection.end()
  }
}

function describeLocks(before: LockFigures, after: LockFigures): string {
  const grown = (name: string): number => (after[name] ?? Number.NaN) - (before[name] ?? 0)
  const [waits, waitedMs] = [grown('Innodb_row_lock_waits'), grown('Innodb_row_lock_time')]
  if (Number.isNaN(waits)) return 'no account of locks'
  return `row locks: ${waits} waits of ${(waitedMs / Math.max(waits, 1)).toFixed(1)} ms on average, ${grown('lock_deadlocks')} deadlocks, ${grown('lock_timeouts')} time-outs`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
