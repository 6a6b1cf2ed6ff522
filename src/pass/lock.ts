import { WHOLE_SLOT } from '../domain/run.js'
import { isFailure } from '../ledger/settlement.js'
import type { LockedSchedule, Taken, WriteOff } from '../store/store.js'
import { Candidates } from './candidates.js'
import { decide, type Decision } from './decide.js'
import type { Work } from './execute.js'
import type { OpenPass } from './open-pass.js'
import { Recheck } from './recheck.js'
import { hookEvent } from './runtime.js'

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
      const works = await take(open, ids, room, recheck.late)
      for (const work of works) yield work
      if (works.length * 2 < ids.length) await queue.refill()
      continue
    }
    if (await queue.fillAgain()) continue
    if (queue.replacing.size > 0) {
      if (executor.isIdle()) await context.clock.sleep(REPLACE_INTERVAL_MS, context.stopper.signal)
      else await recheck.orChange(REPLACE_INTERVAL_MS)
      queue.retryReplacing()
      continue
    }
    // Groups may have ended while the queue was asked: their end is not heard of again.
    if (open.again.size > 0) continue
    if (executor.isIdle() && queue.isEmpty()) return
    if (!executor.isIdle()) await recheck.orChange()
  }
  while (!executor.isIdle()) await executor.change()
}

async function take(open: OpenPass, ids: readonly string[], room: number, late: boolean): Promise<Work[]> {
  const { runtime } = open
  const decisions = new Map<string, Decided>()
  const taken = await runtime.store.take(runtime.passId, ids, (locked, globalPause) => {
    // The pause as it is now: one that begins while the pass goes on stops it from taking more.
    const now = { globalPause, until: open.until, limit: Math.max(room, 1) }
    const decision = decide(locked, { ...open.rules, ...now, passId: runtime.passId })
    decisions.set(locked.schedule.id, { locked, decision })
    return decision.take
  })
  if (taken === 'lost') {
    runtime.stopper.stop({ kind: 'lease-lost' })
    return []
  }
  runtime.tally.paused(taken.filter((each) => each.paused).map((each) => each.scheduleId))
  return taken.flatMap((each) => workOf(open, each, decisions.get(each.scheduleId), late))
}

interface Decided {
  locked: LockedSchedule
  decision: Decision
}

function workOf(open: OpenPass, taken: Taken, decided: Decided | undefined, late: boolean): Work[] {
  if (decided === undefined) return []
  // What was written of it: a slot that had its fate already is not written off again.
  const decision = { ...decided.decision, take: taken.decision }
  const { schedule } = decided.locked
  open.runtime.tally.decided(schedule.id, decision)
  open.runtime.tally.hadRun(schedule.id, slotsWithoutRun(taken))
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

/** Slots whose every run existed already. */
function slotsWithoutRun({ decision, runs }: Taken): Date[] {
  const started = new Set(runs.map((run) => run.scheduledFor?.getTime()))
  return decision.slots.map((slot) => slot.scheduledFor).filter((slot) => !started.has(slot.getTime()))
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
  const { runtime, hooks } = open
  for (const { runId, status, reason, error } of decision.take.end) {
    const head = locked.waiting.find((run) => run.id === runId)
    if (head === undefined) continue
    const end = { status, reason, error, attempt: head.attempt, durationMs: null }
    runtime.observer.runEnded(runtime.tally.ended(head, end))
    if (isFailure(status)) hooks.push(runtime.callHook('onFailure', runtime.jobOf(head.jobName), hookEvent(head, end)))
  }
}
