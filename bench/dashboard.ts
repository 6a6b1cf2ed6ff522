import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import mysql from 'mysql2/promise'
import { startMariadb } from '../tests/support/mariadb.js'
import { startWebServer, tokenFor } from '../tests/web/support.js'
import { comparePasses } from './dashboard/compare-passes.js'
import { get, percentile } from './dashboard/get.js'
import { loadHistory } from './dashboard/load-history.js'
import { takeSamples } from './dashboard/samples.js'
import { targetsOf } from './dashboard/targets.js'

// How long every page and every list of the API takes with 1,000 schedules and 1,000,000 runs, one reader at a time; then
// how much longer a pass takes beside 50 readers. LOADED_DATABASE_URL names a database that an earlier run has filled.
const engine = process.argv[2] ?? 'mariadb'
const requests = Number(process.argv[3] ?? 100)
const rounds = Number(process.argv[4] ?? 5)
const RUNS = Number(process.env['RUNS'] ?? 1_000_000)
// What MariaDB and MySQL have unless told otherwise; more while the history is being written.
const POOL_BYTES = 128 * 2 ** 20
const LOADING_POOL_BYTES = 2 ** 30

const folder = await mkdtemp(path.join(tmpdir(), 'rds-bench-'))
const loadedUrl = process.env['LOADED_DATABASE_URL']
const server = loadedUrl === undefined && engine === 'mariadb' ? await startMariadb() : null
try {
  const url = loadedUrl ?? (await server?.createDatabase('bench')) ?? `file:${path.join(folder, 'history.db')}`
  if (loadedUrl === undefined) await load(url)
  await measurePages(url)
  await comparePasses(url, rounds)
} finally {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
}

async function load(url: string): Promise<void> {
  const startedAt = performance.now()
  await resizePool(url, LOADING_POOL_BYTES)
  await loadHistory(url, RUNS, new Date())
  await resizePool(url, POOL_BYTES)
  print(`filled a database on ${engine} in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}

async function resizePool(url: string, bytes: number): Promise<void> {
  if (url.startsWith('file:')) return
  const connection = await mysql.createConnection(url)
  await connection.query(`SET GLOBAL innodb_buffer_pool_size = ${bytes}`)
  await connection.end()
}

async function measurePages(url: string): Promise<void> {
  const web = await startWebServer(url, { METRICS_TOKEN: 'of-a-benchmark-alone' })
  const token = await tokenFor('operator')
  const samples = await takeSamples(url)
  print(`${requests} requests each; milliseconds: p50, p95, longest; load ${load1()}`)
  for (const { name, path: pathOf } of targetsOf(samples, new Date())) {
    const times: number[] = []
    for (let n = 0; n < requests; n += 1) {
      times.push(await get(web.url, pathOf(n), name === 'metrics' ? 'of-a-benchmark-alone' : token))
    }
    const figures = [percentile(times, 0.5), percentile(times, 0.95), Math.max(...times)]
    print(`${name.padEnd(36)}${figures.map((ms) => ms.toFixed(0).padStart(6)).join('')}`)
  }
  print(`load ${load1()}`)
  await web.stop()
}

function load1(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
