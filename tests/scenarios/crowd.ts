import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../src/client.js'
import type { Ended, Project } from './project.js'
import type { PassReport } from '../../src/pass/report.js'

/** Schedules that a crowd of passes runs. */
export interface Crowd {
  due: string[]
  /** Between them in the order of ids, never due: those that somebody pauses and resumes meanwhile. */
  quiet: string[]
}

const GATE = 'gate.log'
const OPEN = 'gate.open'
/**
 * Loaded ahead of the program: a config that waited would be refused after a while. The passes leave the processor to the
 * database and to who writes, which in earnest do not share one machine with thirty of them.
 */
const WAITS = `
import { appendFileSync, existsSync } from 'node:fs'
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
setPriority(10)
const at = (name) => new URL(name, import.meta.url)
if (!existsSync(at('${OPEN}'))) appendFileSync(at('${GATE}'), process.pid + '\\n')
while (!existsSync(at('${OPEN}'))) await sleep(20)
`
const LONGEST_START_MS = 120_000

/** Configures `count` schedules and makes them due. Passes that are told to wait for each other start together. */
export async function aCrowd(project: Project, count: number): Promise<Crowd> {
  const due = Array.from({ length: count }, (_, n) => `s${String(n).padStart(4, '0')}`)
  const quiet = due.filter((_, n) => n % 20 === 0).map((id) => `${id}-quiet`)
  // Not synced to the disk, which the database has for itself in earnest: nothing is killed here.
  project.configure(`{
    jobs: [defineJob({ name: 'work', run: async ({ scheduleId }) => { await sleep(20); await appendFile(folder + '/effects.log', scheduleId + '\\n') } })],
    schedules: ${JSON.stringify([...due, ...quiet])}.map((id) => ({ id, cron: '0 3 1 1 *', jobs: ['work'] })),
  }`)
  const { code, stderr } = await project.run()
  if (code !== 0) throw new Error(`the first pass ended with ${code}: ${stderr}`)
  await project.makeDue(due)
  return { due, quiet }
}

/** Starts passes that begin to look at the database at the same moment. */
export async function passesAtOnce(
  project: Project,
  count: number,
): Promise<{ tookMs: number; passes: (Ended & { document: PassReport })[] }> {
  project.write('gate.mjs', WAITS)
  const env = { NODE_OPTIONS: `--import ${path.join(project.folder, 'gate.mjs')}` }
  const passes = Array.from({ length: count }, () => project.json([], env))
  const ended = Promise.all(passes)
  const giveUpAtMs = performance.now() + LONGEST_START_MS
  while (project.lines(GATE).length < count) {
    if (performance.now() > giveUpAtMs) throw new Error(`only ${project.lines(GATE).length} of ${count} passes started`)
    // A pass that ends before the gate has failed; its message says more than the time-out.
    await Promise.race([sleep(50), ended])
  }
  const startedAtMs = performance.now()
  project.write(OPEN, '')
  return { passes: await ended, tookMs: performance.now() - startedAtMs }
}

export type WriteKind = 'insert' | 'move' | 'toggle' | 'same row'

export interface Write {
  kind: WriteKind
  tookMs: number
}

/** Somebody who inserts, moves and toggles schedules without a pause until told to stop. Rejects when a write fails. */
export async function administer(client: Client, { due, quiet }: Crowd, signal: AbortSignal): Promise<Write[]> {
  const writes: Write[] = []
  const timed = async (kind: WriteKind, write: () => Promise<unknown>): Promise<void> => {
    const startedAtMs = performance.now()
    await write()
    writes.push({ kind, tookMs: performance.now() - startedAtMs })
  }
  for (let n = 0; !signal.aborted; n += 1) {
    const id = `${due[(n * 7) % due.length]}-tenant-${n}`
    const toggled = quiet[n % quiet.length] ?? id
    await timed('insert', () => client.schedules.upsert({ id, cron: '0 4 1 1 *', jobs: ['work'] }))
    await timed('move', () => client.schedules.upsert({ id, cron: '0 5 1 1 *', jobs: ['work'] }))
    await timed('toggle', () => client.schedules.pause(toggled, { reason: 'crowded' }))
    await timed('toggle', () => client.schedules.resume(toggled))
    // A row that passes lock too: nothing to resume, but the answer needs its lock.
    await timed('same row', () => client.schedules.resume(due[(n * 13) % due.length] ?? id))
    await sleep(5)
  }
  return writes
}
