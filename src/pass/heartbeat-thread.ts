import { write } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../clock.js'
import { messageOf } from '../errors.js'
import { failpoint } from '../failpoints.js'
import { killGroups } from '../jobs/live-groups.js'
import { openStore } from '../store/open-store.js'
import type { Store } from '../store/store.js'
import { endProcess } from './end-process.js'
import {
  BEAT_SHARE,
  LAST_SHARE,
  TRUSTED_SHARE,
  type FromHeartbeat,
  type HeartbeatData,
  type ToHeartbeat,
} from './heartbeat-messages.js'
import { recordBlocked } from './record-blocked.js'
import { ThreadGate } from './thread-gate.js'
import { readWatched, type WatchedRun } from './watch-table.js'

/** How long a main thread that is not blocked may take to answer. */
const ANSWER_MS = 2000
/** The same at the end of `--max-duration`, where a second and a half are left for everything. */
const LAST_ANSWER_MS = 800
/** How long hooks, conditions and what jobs left behind may block, who have no timeout that could end it; at least a lease. */
const SHORTEST_STRAY_MS = 15_000
const LAST_WORDS_MS = 1500
const RECORDING_MS = 10_000
const STALLED_READER_MS = 300

/**
 * Renews the lease of a pass a little over three times in it from a thread and connection of its own, and is the watchdog of jobs that
 * block the main thread past their timeout. Connects only a sixth of a lease in: most passes are over by then.
 */
const data = workerData as HeartbeatData
const holdsUntilMs = new Float64Array(data.holdsUntilMs)
const gate = new ThreadGate(data.gate)
const clock = systemClock
/** Aborted when the pass is over: nothing more is begun, and the thread ends by itself. */
const ending = new AbortController()
let store: Store | null = null
let onHere: () => void = () => undefined

parentPort?.on('message', (message: ToHeartbeat) => {
  if (message.kind === 'here') onHere()
  if (message.kind === 'stop') ending.abort()
})
ending.signal.addEventListener('abort', () => parentPort?.close())
void beatForEver().finally(() => store?.close())
void guardForEver()

async function beatForEver(): Promise<void> {
  // Counted from the grant: a pass may be slow to begin.
  const grantedAtMs = (holdsUntilMs[0] ?? 0) - TRUSTED_SHARE * data.leaseMs
  await clock.sleep(grantedAtMs + data.leaseMs / 6 - clock.monotonicMs(), ending.signal)
  if (isEnding()) return
  FAILPOINT: await failpoint('heartbeat.connecting')
  await connect()
  await clock.sleep(grantedAtMs + BEAT_SHARE * data.leaseMs - clock.monotonicMs(), ending.signal)
  while (!isEnding()) {
    // From sending to sending: an answer may be slow, or wait for a transaction of this very pass.
    const sentAtMs = clock.monotonicMs()
    if (!(await beat())) break
    await clock.sleep(sentAtMs + BEAT_SHARE * data.leaseMs - clock.monotonicMs(), ending.signal)
  }
  if (!isEnding()) tell({ kind: 'lost' })
}

async function connect(): Promise<Store | null> {
  try {
    store ??= await openStore({ databaseUrl: data.databaseUrl, gate })
  } catch (error) {
    tell({ kind: 'trouble', message: `the heartbeat cannot reach the database: ${messageOf(error)}` })
  }
  return store
}

/** False: the lease is lost. A database that does not answer is asked again until the lease is nearly over. */
async function beat(): Promise<boolean> {
  while (clock.monotonicMs() < (holdsUntilMs[0] ?? 0) + (LAST_SHARE - TRUSTED_SHARE) * data.leaseMs) {
    const sentAtMs = clock.monotonicMs()
    const renewed = await renew()
    if (renewed === 'lost') return false
    if (renewed === 'renewed') {
      FAILPOINT: await failpoint('heartbeat.renewed')
      holdsUntilMs[0] = sentAtMs + TRUSTED_SHARE * data.leaseMs
      return true
    }
    await clock.sleep(data.leaseMs / 30, ending.signal)
    if (isEnding()) return false
  }
  return false
}

async function renew(): Promise<'renewed' | 'lost' | 'unknown'> {
  try {
    const renewal = await (await connect())?.renewLease(data.passId, data.leaseMs)
    if (renewal === undefined) return 'unknown'
    if (renewal.cancel.length > 0) tell({ kind: 'cancel', runs: renewal.cancel })
    return renewal.alive ? 'renewed' : 'lost'
  } catch (error) {
    tell({ kind: 'trouble', message: `the heartbeat failed: ${messageOf(error)}` })
    return 'unknown'
  }
}

async function guardForEver(): Promise<void> {
  while (!isEnding()) {
    await clock.sleep(Math.max(50, Math.min(1000, data.leaseMs / 6, untilTheEndMs())), ending.signal)
    if (isEnding()) return
    if (untilTheEndMs() <= 0 && (await isBlocked(LAST_ANSWER_MS))) await giveUp([])
    const watched = readWatched(data.watched)
    const overdue = watched.filter((run) => clock.monotonicMs() > run.overdueAtMs)
    if (overdue.length > 0 && (await isBlocked(ANSWER_MS))) await giveUp(overdue)
    if (watched.length === 0 && (await isBlockedByStray())) await giveUp([])
  }
}

/** No job is under way, and a job that begins instead of an answer may block until its timeout. */
async function isBlockedByStray(): Promise<boolean> {
  const longestMs = Math.max(data.leaseMs, SHORTEST_STRAY_MS)
  return (
    (await isBlocked(Math.min(longestMs, Math.max(untilTheEndMs(), LAST_ANSWER_MS)))) &&
    readWatched(data.watched).length === 0
  )
}

function untilTheEndMs(): number {
  return data.endsAtMs === null ? Number.MAX_SAFE_INTEGER : data.endsAtMs - LAST_WORDS_MS - clock.monotonicMs()
}

/** A slow machine is not a blocked one: only a main thread that answers nothing is given up. */
async function isBlocked(patienceMs: number): Promise<boolean> {
  const answered = new AbortController()
  onHere = () => answered.abort()
  tell({ kind: 'there?' })
  await clock.sleep(patienceMs, AbortSignal.any([answered.signal, ending.signal]))
  return !answered.signal.aborted && !isEnding()
}

/** The main thread did not end these attempts: it is blocked. Records for it, then ends the process. */
async function giveUp(overdue: readonly WatchedRun[]): Promise<void> {
  try {
    await Promise.race([recordAll(overdue), clock.sleep(RECORDING_MS)])
  } catch {
    // Then the next pass finds the runs as after a crash.
  } finally {
    killGroups(data.processGroups)
    await say(`run-due-schedules: ${blame(overdue)}; recorded what was running, ending this process`)
    await endProcess()
  }
}

async function recordAll(overdue: readonly WatchedRun[]): Promise<void> {
  const open = await connect()
  if (open !== null) await recordBlocked(open, data, readWatched(data.watched), overdue)
}

function blame(overdue: readonly WatchedRun[]): string {
  if (overdue.length === 0 && untilTheEndMs() <= 0) return 'something blocks the event loop past --max-duration'
  if (overdue.length === 0) return 'a hook, a condition or what a job left behind blocks the event loop'
  return `${overdue.map((run) => run.name).join(', ')} blocks the event loop past its timeout`
}

/** From a thread of the pool, because a reader that has stalled would hold this one up for ever. */
async function say(line: string): Promise<void> {
  const said = new AbortController()
  write(2, `${line}\n`, () => said.abort())
  await clock.sleep(STALLED_READER_MS, said.signal)
}

function isEnding(): boolean {
  return ending.signal.aborted
}

function tell(message: FromHeartbeat): void {
  parentPort?.postMessage(message)
}
