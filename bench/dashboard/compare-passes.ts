import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { prismaOn } from '../../tests/queries/fixture.js'
import { startWebServer, tokenFor } from '../../tests/web/support.js'
import { get, percentile } from './get.js'
import { takeSamples } from './samples.js'
import { wandering, type Samples } from './targets.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PROGRAM = path.join(ROOT, 'bin/run-due-schedules.js')
const DUE = 500
const JOB_MS = 20
const READERS = 50
// People look at what they asked for: 5 s on average. Pages that stay open ask every 10 s.
const LEAST_THINK_MS = 2000
const MOST_THINK_MS = 8000

interface Reading {
  times: number[]
  stop(): Promise<void>
}

/** A pass of 500 due schedules alone, beside 50 people, and beside 50 programs that ask without a break; in turn. */
export async function comparePasses(url: string, rounds: number): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rds-bench-'))
  await writeFile(path.join(folder, 'schedules.config.mjs'), config())
  const web = await startWebServer(url)
  const token = await tokenFor('viewer')
  const samples = await takeSamples(url)
  const prisma = await prismaOn(url)
  await prisma.jobRun.updateMany({ where: { status: 'RUNNING' }, data: { status: 'COMPLETED' } })
  await runPass(folder, url)
  const kinds = { alone: [] as number[], people: [] as number[], programs: [] as number[] }
  const waits: Record<string, number[]> = { people: [], programs: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const nextRunAt = new Date(Date.now() - 1000)
      await prisma.jobSchedule.updateMany({ where: { configName: 'readers' }, data: { nextRunAt } })
      const readers = kind === 'alone' ? null : startReading(web.url, token, samples, kind === 'people')
      if (readers !== null) await sleep(3000)
      kinds[kind].push(await runPass(folder, url))
      await readers?.stop()
      waits[kind]?.push(...(readers?.times ?? []))
    }
  }
  const alone = percentile(kinds.alone, 0.5)
  const line = (name: string, times: number[], asked: number[]) =>
    `${name.padEnd(34)}${percentile(times, 0.5).toFixed(0).padStart(6)} ms × ${(percentile(times, 0.5) / alone).toFixed(2)}` +
    (asked.length === 0 ? '' : `; ${asked.length} pages, p95 ${percentile(asked, 0.95).toFixed(0)} ms`)
  process.stdout.write(
    [
      `a pass of ${DUE} jobs of ${JOB_MS} ms, median of ${rounds} rounds; load ${(loadavg()[0] ?? 0).toFixed(1)}`,
      line('alone', kinds.alone, []),
      line(`beside ${READERS} people`, kinds.people, waits['people'] ?? []),
      line(`beside ${READERS} that never pause`, kinds.programs, waits['programs'] ?? []),
      '',
    ].join('\n'),
  )
  await prisma.$disconnect()
  await web.stop()
  await rm(folder, { recursive: true, force: true })
}

function startReading(base: string, token: string, samples: Samples, thinks: boolean): Reading {
  const state = { stopped: false }
  const times: number[] = []
  const read = async (reader: number): Promise<void> => {
    if (thinks) await sleep(Math.random() * MOST_THINK_MS)
    for (let n = reader; !state.stopped; n += 1) {
      times.push(await get(base, wandering(samples, n), token))
      if (thinks) await untilStopped(LEAST_THINK_MS + Math.random() * (MOST_THINK_MS - LEAST_THINK_MS), state)
    }
  }
  const reading = Promise.all(Array.from({ length: READERS }, (_, reader) => read(reader)))
  return {
    times,
    stop: async () => {
      state.stopped = true
      await reading
    },
  }
}

async function untilStopped(ms: number, state: { stopped: boolean }): Promise<void> {
  for (let waited = 0; waited < ms && !state.stopped; waited += 100) await sleep(100)
}

/** Milliseconds, as the pass says itself. */
async function runPass(folder: string, url: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, '--json'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, DATABASE_URL: url },
    maxBuffer: 1 << 28,
  })
  return (JSON.parse(stdout) as { pass: { durationMs: number } }).pass.durationMs
}

function config(): string {
  return `import { defineConfig, defineJob } from ${JSON.stringify(path.join(ROOT, 'dist/index.js'))}
export default defineConfig({
  name: 'readers',
  concurrency: 20,
  jobs: [defineJob({ name: 'readers-work', run: () => new Promise((resolve) => setTimeout(resolve, ${JOB_MS})) })],
  schedules: Array.from({ length: ${DUE} }, (_, n) => ({ id: 'readers-' + n, cron: '0 3 1 1 *', jobs: ['readers-work'] })),
})
`
}
