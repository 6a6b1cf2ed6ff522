import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import mysql from 'mysql2/promise'
import { startMariadb } from '../tests/support/mariadb.js'

// How long a pass takes for many due schedules whose jobs do nothing, beside the floor of any program that keeps a
// history: rows inserted as running and updated when done, 500 at a time.
const ROOT = path.resolve(import.meta.dirname, '..')
const PROGRAM = path.join(ROOT, 'bin/run-due-schedules.js')
const count = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 3)
const BATCH = 500

const server = await startMariadb()
const folder = await mkdtemp(path.join(tmpdir(), 'rds-bench-'))
try {
  const DATABASE_URL = await server.createDatabase('bench')
  await writeFile(path.join(folder, 'schedules.config.mjs'), config())
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL },
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    })
  run('migrate')
  run('--quiet')
  const connection = await mysql.createConnection({ uri: DATABASE_URL, multipleStatements: true, timezone: 'Z' })
  await connection.query(
    'CREATE TABLE Floor (id CHAR(36) PRIMARY KEY, status VARCHAR(16), startedAt DATETIME(3), finishedAt DATETIME(3))',
  )
  for (let round = 0; round < rounds; round += 1) {
    const floorMs = await floor(connection)
    await connection.query('UPDATE JobSchedule SET nextRunAt = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND')
    const { pass, counts } = JSON.parse(run('--json')) as {
      pass: { durationMs: number }
      counts: { completed: number }
    }
    const perSecond = Math.round((counts.completed / pass.durationMs) * 1000)
    process.stdout.write(
      `floor ${Math.round(floorMs)} ms, pass ${pass.durationMs} ms for ${counts.completed} runs (${perSecond}/s): × ${(pass.durationMs / floorMs).toFixed(1)}\n`,
    )
  }
  await connection.end()
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function floor(connection: mysql.Connection): Promise<number> {
  await connection.query('TRUNCATE TABLE Floor')
  const ids = Array.from({ length: count }, () => crypto.randomUUID())
  const startedAt = performance.now()
  for (let at = 0; at < count; at += BATCH) {
    const some = ids.slice(at, at + BATCH)
    await connection.query('INSERT INTO Floor VALUES ?', [some.map((id) => [id, 'RUNNING', new Date(), null])])
    await connection.query("UPDATE Floor SET status = 'COMPLETED', finishedAt = UTC_TIMESTAMP(3) WHERE id IN (?)", [
      some,
    ])
  }
  return performance.now() - startedAt
}

function config(): string {
  return `import { defineConfig, defineJob } from ${JSON.stringify(path.join(ROOT, 'dist/index.js'))}
export default defineConfig({
  jobs: [defineJob({ name: 'work', run: () => undefined })],
  schedules: Array.from({ length: ${count} }, (_, n) => ({ id: 's' + n, cron: '0 3 1 1 *', jobs: ['work'] })),
})
`
}
