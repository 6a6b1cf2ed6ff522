import { WHOLE_SLOT } from '../domain/run.js'
import type { LockedSchedule, Taken, WriteOff } from '../store/store.js'
import { AHEAD_MS } from './look.js'
import { decide, type Decision } from './decide.js'
import type { Work } from './execute.js'
import type { OpenPass } from './open-pass.js'

/** Schedules looked up at once; a pass works through the list in small windows. */
const LIST_LIMIT = 10_000
/** How soon a schedule is looked at again whose open run, held by another pass, was told to make way. */
const REPLACE_INTERVAL_MS = 500

/**
 * Takes what is due and waiting, a little at a time: no further ahead than can soon be started, so that passes beside
 * this one find work too. Ends when nothing is left to take and everything taken has ended.
 */
export async function* lock(open: OpenPass, recover: (open: OpenPass) => Promise<void>): AsyncGenerator<Work> {
  const { executor, runtime, context } = open
  const queue = new Candidates(open)
  const recheck = new Recheck(open, recover)
  await queue.fill()
  while (runtime.mayStart()) {
    if (await recheck.isDue()) await queue.fill()
    queue.takeBack(open.again)
    const room = executor.room()
    const ids = queue.next(room)
    if (ids.length > 0) {
      for (const work of await take(open, ids, room, recheck.late)) yield work
      continue
    }
    if (await queue.fillAgain()) continue
    if (queue.replacing.size > 0) {
      if (executor.isIdle()) await context.clock.sleep(REPLACE_INTERVAL_MS, context.stopper.signal)
      else await recheck.orChange(REPLACE_INTERVAL_MS)
      queue.retryReplacing()
      continue
    }
    if (executor.isIdle() && open.again.size === 0 && queue.isEmpty()) return
    await recheck.orChange()
  }
  while (!executor.isIdle()) await executor.change()
}

/** The schedules that may have something to take. */
class Candidates {
  /** Asked to make way for a newer slot (`replace`): looked at again until they have. */
  readonly replacing: Set<string>
  readonly #open: OpenPass
  readonly #offered = new Set<string>()
  #ids: string[] = []
  #at = 0
  #wasFull = false

  constructor(open: OpenPass) {
    this.#open = open
    this.replacing = open.replacing
  }

  /** Looks up what is due; `anew` forgets what this pass has looked at already. */
  async fill(anew = true): Promise<void> {
    if (anew) this.#offered.clear()
    const { context, until, rules } = this.#open
    const { scheduleIds } = context.settings
    const takeable = await context.store.listTakeable({
      configName: context.config.name,
      until,
      limit: LIST_LIMIT,
      slotsPaused: rules.globalPause !== null,
      ...(scheduleIds === null ? {} : { scheduleIds }),
    })
    this.#wasFull = takeable.length >= LIST_LIMIT
    const fresh = takeable.filter((each) => !this.#offered.has(each.scheduleId))
    const top = fresh[0]?.priority
    const urgent = fresh.filter((each) => each.priority === top).map((each) => each.scheduleId)
    const others = fresh.filter((each) => each.priority !== top).map((each) => each.scheduleId)
    this.#ids = [...turned(urgent), ...others]
    this.#at = 0
  }

  next(count: number): string[] {
    const ids = this.#ids.slice(this.#at, this.#at + Math.max(count, 0))
    this.#at += ids.length
    for (const id of ids) this.#offered.add(id)
    return ids
  }

  /** More was due than one look-up lists. */
  async fillAgain(): Promise<boolean> {
    if (!this.#wasFull || !this.isEmpty()) return false
    await this.fill(false)
    return !this.isEmpty()
  }

  /** Schedules whose runs ended and that have more to take go first. */
  takeBack(again: Set<string>): void {
    if (again.size === 0) return
    this.#ids = [...again, ...this.#ids.slice(this.#at)]
    this.#at = 0
    again.clear()
  }

  retryReplacing(): void {
    this.takeBack(this.replacing)
  }

  isEmpty(): boolean {
    return this.#at >= this.#ids.length
  }
}

/** Passes that start together begin at different places of the same list, so that they seldom wait for each other's locks. */
function turned(ids: readonly string[]): string[] {
  if (ids.length < 16) return [...ids]
  const start = Math.floor(Math.random() * ids.length)
  return [...ids.slice(start), ...ids.slice(0, start)]
}

/**
 * While work that was due at the start goes on, the platform may be skipping passes because this one lives: look again
 * once per interval. Work found that way causes no further look, so that the pass ends.
 */
class Recheck {
  late = false
  readonly #open: OpenPass
  readonly #recover: (open: OpenPass) => Promise<void>
  #dueAtMs: number

  constructor(open: OpenPass, recover: (open: OpenPass) => Promise<void>) {
    this.#open = open
    this.#recover = recover
    this.#dueAtMs = open.context.clock.monotonicMs() + open.context.environment.pollIntervalMs
  }

  async isDue(): Promise<boolean> {
    const { context, runtime, executor } = this.#open
    if (context.clock.monotonicMs() < this.#dueAtMs || !executor.hasFirstWork()) return false
    this.#dueAtMs += context.environment.pollIntervalMs
    this.late = true
    this.#open.until = new Date(runtime.databaseClock.now().getTime() + AHEAD_MS)
    await this.#recover(this.#open)
    return true
  }

  /** Waits until a group ends, the pass is stopped, or the next look is due. */
  async orChange(mostMs = Number.MAX_SAFE_INTEGER): Promise<void> {
    const { context, executor } = this.#open
    const waited = new AbortController()
    const stop = (): void => waited.abort()
    context.stopper.signal.addEventListener('abort', stop, { once: true })
    const waitMs = executor.hasFirstWork() ? this.#dueAtMs - context.clock.monotonicMs() : mostMs
    const asleep = context.clock.sleep(Math.min(waitMs, mostMs), waited.signal).then(stop)
    if (context.stopper.signal.aborted) stop()
    await executor.change(waited.signal)
    stop()
    await asleep
    context.stopper.signal.removeEventListener('abort', stop)
  }
}

async function take(open: OpenPass, ids: readonly string[], room: number, late: boolean): Promise<Work[]> {
  const { runtime } = open
  const decisions = new Map<string, Decided>()
  const taken = await runtime.store.take(runtime.passId, ids, (locked) => {
    const decision = decide(locked, { ...open.rules, until: open.until, limit: Math.max(room, 1) })
    decisions.set(locked.schedule.id, { locked, decision })
    return decision.take
  })
  if (taken === 'lost') {
    runtime.stopper.stop({ kind: 'lease-lost' })
    return []
  }
  return taken.flatMap((each) => workOf(open, each, decisions.get(each.scheduleId), late))
}

interface Decided {
  locked: LockedSchedule
  decision: Decision
}

function workOf(open: OpenPass, taken: Taken, decided: Decided | undefined, late: boolean): Work[] {
  if (decided === undefined) return []
  const { decision } = decided
  const { schedule } = decided.locked
  open.runtime.tally.decided(schedule.id, decision)
  reportEnds(open, decided)
  for (const writeOff of decision.take.writeOffs)
    if (writeOff.status === 'SKIPPED') tellSkipped(open, schedule.id, writeOff)
  if (decision.makesWay) makeWay(open, schedule.id, decision)
  else open.makeWayUntilMs.delete(schedule.id)
  if (taken.runs.length > 0) {
    // The thread must beat before the first handler can block this one.
    open.runtime.heartbeat.start()
    return [{ schedule, runs: taken.runs, late, more: decision.more }]
  }
  // Everything of the slot had a run already: what else is due comes next.
  if (decision.take.slots.length > 0) open.again.add(schedule.id)
  return []
}

/** The open runs of this pass are stopped here and now; those of others by their heartbeat. */
function makeWay(open: OpenPass, scheduleId: string, decision: Decision): void {
  for (const { runId } of decision.take.stop) open.runtime.stopper.stopRun(runId, 'replaced')
  const { clock, environment } = open.context
  const nowMs = clock.monotonicMs()
  // The other pass hears of it with its next heartbeat, and gives its job the grace.
  const untilMs = open.makeWayUntilMs.get(scheduleId) ?? nowMs + environment.leaseMs + environment.shutdownGraceMs
  open.makeWayUntilMs.set(scheduleId, untilMs)
  if (nowMs < untilMs) open.replacing.add(scheduleId)
}

/** Slots that nobody ran have no job: the config's hook hears of them. */
function tellSkipped(open: OpenPass, scheduleId: string, { reason, lastSlot }: WriteOff): void {
  const end = { status: 'SKIPPED', reason, error: null, attempt: 0, durationMs: null }
  const event = { runId: '', scheduleId, jobName: WHOLE_SLOT, scheduledFor: lastSlot, trigger: 'CRON', ...end }
  open.hooks.push(open.runtime.callHook('onSkip', null, event))
}

function reportEnds(open: OpenPass, { locked, decision }: Decided): void {
  for (const end of decision.take.end) {
    const head = locked.waiting.find((run) => run.id === end.runId)
    if (head === undefined) continue
    const { status, reason, error } = end
    open.runtime.observer.runEnded(
      open.runtime.tally.ended(head, { status, reason, error, attempt: head.attempt, durationMs: null }),
    )
  }
}
