import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.js'
import type { RunReason } from '../domain/run.js'
import { liveGroups } from '../jobs/live-groups.js'
import { ThreadGate } from './thread-gate.js'
import {
  LAST_SHARE,
  TRUSTED_SHARE,
  type FromHeartbeat,
  type HeartbeatData,
  type ToHeartbeat,
  type WatchedJob,
} from './heartbeat-messages.js'
import { watchTable, WatchWriter, type WatchedRun } from './watch-table.js'

/** The lease of a pass as seen by the pass: kept alive by a thread of its own, so that no job can starve it. */
export interface Heartbeat {
  /** Starts the thread unless it runs already. */
  start(): void
  /** False: start nothing more, the lease may be gone. Needs no round trip. */
  holds(): boolean
  watch(run: WatchedRun): void
  unwatch(runId: string): void
  stop(): Promise<void>
}

export interface HeartbeatEvents {
  lost(): void
  cancel(runId: string, reason: RunReason): void
  trouble(message: string): void
}

export interface HeartbeatOptions {
  databaseUrl: string
  passId: number
  leaseMs: number
  /** Monotonic time from before the statement that granted the lease was sent. */
  grantedAtMs: number
  /** Monotonic instant by which the process must have ended; null: none. */
  endsAtMs: number | null
  /** Handlers under way at once, at most. */
  places: number
  jobs: ReadonlyMap<string, WatchedJob>
  clock: Clock
}

/** How a pass keeps its lease. */
export type CreateHeartbeat = (options: HeartbeatOptions, on: HeartbeatEvents) => Heartbeat

/** A thread that waits for a silent server is not waited for. */
const LONGEST_END_MS = 300

export function createHeartbeat(options: HeartbeatOptions, on: HeartbeatEvents): Heartbeat {
  const holdsUntilMs = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  holdsUntilMs[0] = options.grantedAtMs + TRUSTED_SHARE * options.leaseMs
  const holds = (): boolean => options.clock.monotonicMs() < (holdsUntilMs[0] ?? 0)
  const watched = watchTable(options.places)
  const watching = new WatchWriter(watched)
  const ended = new AbortController()
  const gate = new ThreadGate()
  const shutGate = (): void => gate.shut()
  let thread: Worker | null = null
  void guard()

  function receive(message: FromHeartbeat): void {
    if (message.kind === 'there?') thread?.postMessage({ kind: 'here' } satisfies ToHeartbeat)
    if (message.kind === 'lost') on.lost()
    if (message.kind === 'trouble') on.trouble(message.message)
    if (message.kind === 'cancel') for (const run of message.runs) on.cancel(run.runId, run.reason)
  }

  // A pass that is slow to find its first work needs its lease too. And the thread may be waiting for a database that
  // never answers: this end of the lease needs none.
  async function guard(): Promise<void> {
    await sleepUntil(options.grantedAtMs + options.leaseMs / 6)
    if (!ended.signal.aborted) start()
    while (!ended.signal.aborted && options.clock.monotonicMs() < lostAtMs()) await sleepUntil(lostAtMs())
    if (!ended.signal.aborted) on.lost()
  }

  function lostAtMs(): number {
    return (holdsUntilMs[0] ?? 0) + (LAST_SHARE - TRUSTED_SHARE) * options.leaseMs
  }

  function sleepUntil(atMs: number): Promise<void> {
    return options.clock.sleep(atMs - options.clock.monotonicMs(), ended.signal)
  }

  function start(): void {
    if (thread !== null) return
    const workerData: HeartbeatData = {
      databaseUrl: options.databaseUrl,
      passId: options.passId,
      leaseMs: options.leaseMs,
      endsAtMs: options.endsAtMs,
      holdsUntilMs: holdsUntilMs.buffer,
      gate: gate.buffer,
      processGroups: liveGroups(),
      watched,
      jobs: new Map([...options.jobs].map(([name, job]) => [name, watchedJob(job)])),
    }
    thread = new Worker(threadFile(), { workerData, execArgv: [] })
    thread.on('message', receive)
    thread.on('error', (error) => on.trouble(`the heartbeat failed: ${error.message}`))
    // Nobody would notice that the lease runs out.
    thread.on('exit', () => on.lost())
    // A process that exits ends its threads.
    process.once('exit', shutGate)
    // The pass decides when the process ends, not its heartbeat.
    thread.unref()
  }

  return {
    start,
    holds,
    watch: (run) => watching.add(run),
    unwatch: (runId) => watching.remove(runId),
    async stop() {
      ended.abort()
      const stopped = thread
      thread = null
      stopped?.removeAllListeners('message')
      stopped?.removeAllListeners('exit')
      if (stopped !== null) await endOf(stopped, gate, options.clock)
      process.off('exit', shutGate)
    },
  }
}

/** The thread ends by itself, unless it waits for its database. */
async function endOf(thread: Worker, gate: ThreadGate, clock: Clock): Promise<void> {
  const exited = new AbortController()
  thread.once('exit', () => exited.abort())
  thread.postMessage({ kind: 'stop' } satisfies ToHeartbeat)
  await clock.sleep(LONGEST_END_MS, exited.signal)
  if (exited.signal.aborted) return
  gate.shut()
  await thread.terminate()
}

/** Functions of a job cannot go to another thread. */
function watchedJob({ retry, onCrash, crashRetries, timeoutMs }: WatchedJob): WatchedJob {
  return { retry, onCrash, crashRetries, timeoutMs }
}

/** Beside this module in the bundle; from TypeScript sources, where a thread cannot load them, in the built `dist`. */
function threadFile(): string {
  const beside = fileURLToPath(new URL('heartbeat-thread.js', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/heartbeat-thread.js', import.meta.url))
}
