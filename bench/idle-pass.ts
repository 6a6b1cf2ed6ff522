import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import { startMariadb } from '../tests/support/mariadb.js'
import { compare } from './side-by-side.js'

// An idle pass beside the least that any MySQL program costs: connect, one SELECT, end.
const ROOT = path.resolve(import.meta.dirname, '..')
const PROGRAM = path.join(ROOT, 'bin/run-due-schedules.js')
const rounds = Number(process.argv[2] ?? 15)

const server = await startMariadb()
const folder = await mkdtemp(path.join(tmpdir(), 'rds-bench-'))
try {
  const DATABASE_URL = await server.createDatabase('bench')
  await writeFile(path.join(folder, 'schedules.config.mjs'), config())
  await writeFile(path.join(folder, 'bare.mjs'), bare(DATABASE_URL))
  const env = { DATABASE_URL }
  execFileSync(process.execPath, [PROGRAM, 'migrate'], { env: { ...process.env, ...env }, cwd: folder })
  await compare(
    { name: 'bare mysql2 script', file: process.execPath, args: ['bare.mjs'], cwd: folder },
    { name: 'idle pass', file: process.execPath, args: [PROGRAM, '--quiet'], env, cwd: folder },
    rounds,
  )
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

function config(): string {
  return `import { defineConfig, defineJob } from ${JSON.stringify(path.join(ROOT, 'dist/index.js'))}
export default defineConfig({
  jobs: [defineJob({ name: 'work', run: () => undefined })],
  schedules: Array.from({ length: 20 }, (_, n) => ({ id: 's' + n, cron: '0 3 1 1 *', jobs: ['work'] })),
})
`
}

function bare(url: string): string {
  return `import mysql from ${JSON.stringify(path.join(ROOT, 'node_modules/mysql2/promise.js'))}
const connection = await mysql.createConnection(${JSON.stringify(url)})
await connection.query('SELECT 1')
await connection.end()
`
}
