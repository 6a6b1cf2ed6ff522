// What a 30 days' outage of an every-minute schedule costs a pass, beside the same pass with one slot due. SQLite, the
// command as a process. Prints the median of some rounds; the ratio says more than the milliseconds.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import Database from 'libsql'

const root = path.resolve(import.meta.dirname, '..')
const ROUNDS = Number(process.env.ROUNDS ?? 7)
const DAYS = 30
const folder = await mkdtemp(path.join(tmpdir(), 'outage-'))
const file = path.join(folder, 'bench.db')

try {
  await writeFile(path.join(folder, 'schedules.config.mjs'), config())
  await pass()
  const results = {}
  for (const catchUp of ['latest', 'all', 'skip']) {
    const ids = { near: `${catchUp}-near`, far: `${catchUp}-far` }
    const rounds = []
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ near: await timed(ids.near, 1 / (24 * 60)), far: await timed(ids.far, DAYS) })
    }
    results[catchUp] = summary(rounds)
  }
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Milliseconds of a pass, as it says itself and by the process, with that schedule due since so many days. */
async function timed(id, days) {
  const database = new Database(file)
  const at = (offset) => `strftime('%Y-%m-%dT%H:%M:00.000+00:00', 'now', '${-offset} days')`
  database.exec('DELETE FROM JobRun')
  database.exec('UPDATE JobSchedule SET nextRunAt = NULL')
  database
    .prepare(
      `UPDATE JobSchedule SET lastSlotAt = NULL, historyFrom = ${at(days)}, nextRunAt = ${at(days)} WHERE id = ?`,
    )
    .run(id)
  database.close()
  const startedAt = performance.now()
  const report = await pass('--schedule', id)
  return {
    processMs: performance.now() - startedAt,
    passMs: report.pass.durationMs,
    executed: report.counts.executed,
    missed: report.counts.missed,
  }
}

async function pass(...args) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(root, 'bin/run-due-schedules.js'), '--json', ...args],
    { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, DATABASE_URL: `file:${file}` } },
  )
  return JSON.parse(stdout)
}

function summary(rounds) {
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
  const of = (which, what) => median(rounds.map((round) => round[which][what]))
  return {
    executed: rounds[0].far.executed,
    missed: rounds[0].far.missed,
    passMs: { oneSlot: of('near', 'passMs'), outage: of('far', 'passMs') },
    processMs: { oneSlot: Math.round(of('near', 'processMs')), outage: Math.round(of('far', 'processMs')) },
    ratio: Number((of('far', 'processMs') / of('near', 'processMs')).toFixed(2)),
  }
}

function config() {
  const schedules = ['latest', 'all', 'skip'].flatMap((catchUp) =>
    ['near', 'far'].map((which) => ({ id: `${catchUp}-${which}`, cron: '* * * * *', jobs: ['work'], catchUp })),
  )
  return `import { defineConfig, defineJob } from ${JSON.stringify(path.join(root, 'dist/index.js'))}
export default defineConfig({
  jobs: [defineJob({ name: 'work', run: () => null })],
  schedules: ${JSON.stringify(schedules)},
})
`
}
