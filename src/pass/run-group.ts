import { createHash } from 'node:crypto'
import { failpoint } from '../failpoints.js'
import { WHOLE_SLOT, type RunHead } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import type { Job } from '../jobs/job.js'
import { describeError } from '../jobs/describe-error.js'
import { inJobScope } from '../jobs/job-scope.js'
import { isEnded, isFailure } from '../ledger/settlement.js'
import type { RunSkip } from '../store/store.js'
import { prepareAttempt, type AttemptResult } from './attempt.js'
import type { Enter, SlotGroup } from './execute.js'
import { hookEvent, type PassRuntime } from './runtime.js'
import { SlotEnds, takenWhole } from './slot-ends.js'
import type { RunEnd } from './tally.js'

const LONGEST_CONDITION_MS = 10_000

/** Runs one slot's (or request's) runs to their end and settles the slot. Rejects only when recording failed. */
export async function runGroup(runtime: PassRuntime, group: SlotGroup, enter: Enter): Promise<void> {
  await waitForStart(runtime, group)
  const verdict = await askCondition(runtime, group)
  const ends = new SlotEnds(group.runs)
  if (verdict === null) await Promise.all(group.runs.map((run) => runToEnd(runtime, run, enter, ends)))
  else {
    const skip = { ...verdict, reason: 'condition' as const }
    await Promise.all(group.runs.map((run) => skipRun(runtime, run, { ...skip, runId: run.id }, ends)))
  }
}

/** A slot a little ahead of the database's clock waits for it; jitter delays the start by the schedule's own offset. */
async function waitForStart(runtime: PassRuntime, group: SlotGroup): Promise<void> {
  const [first] = group.runs
  if (first?.trigger !== 'CRON' || first.scheduledFor === null) return
  const startAt = new Date(first.scheduledFor.getTime() + jitterOf(group.schedule))
  const waitMs = runtime.databaseClock.msUntil(startAt)
  if (waitMs > 0) await runtime.clock.sleep(waitMs, runtime.stopper.signal)
}

/** The same for a schedule id every time, between 0 and `jitter`. */
function jitterOf(schedule: Schedule): number {
  if (schedule.jitterMs <= 0) return 0
  return createHash('sha256').update(schedule.id).digest().readUInt32BE(0) % schedule.jitterMs
}

type Verdict = Pick<RunSkip, 'status' | 'error'>

function isBegun({ jobName, attempt, status }: RunHead): boolean {
  return jobName !== WHOLE_SLOT && (attempt > 0 || isEnded(status))
}

/** Null: run. `when` is asked once per slot, before anything of it was tried or ended. */
async function askCondition(runtime: PassRuntime, group: SlotGroup): Promise<Verdict | null> {
  const [first] = group.runs
  const when = runtime.conditionOf(group.schedule.id)
  if (when === null || first?.trigger !== 'CRON' || first.scheduledFor === null || !runtime.mayStart()) return null
  const { scheduledFor } = first
  if (!takenWhole(group.runs)) {
    const begun = (await runtime.store.readSlot(group.schedule.id, scheduledFor)).filter(isBegun)
    const answered = begun.find((run) => run.reason === 'condition')
    if (answered?.status === 'FAILED')
      return { status: 'FAILED', error: `its \`when\` failed: see job ${answered.jobName}` }
    if (answered !== undefined) return { status: 'SKIPPED', error: null }
    if (begun.length > 0) return null
  }
  const scope = { name: `the \`when\` of schedule ${group.schedule.id}`, blame: () => false }
  const tooLate = new AbortController()
  const { signal } = runtime.stopper
  const timeout = runtime.clock.sleep(LONGEST_CONDITION_MS, AbortSignal.any([tooLate.signal, signal])).then(() => {
    // Stopped while it waits: nothing starts, so the runs go back undecided.
    if (!signal.aborted) throw new Error('its `when` gave no answer within 10 s')
  })
  timeout.catch(() => undefined)
  try {
    const answer = await Promise.race([
      Promise.resolve().then(() => inJobScope(scope, () => when({ scheduledFor, params: group.schedule.params }))),
      timeout,
    ])
    return answer === false ? { status: 'SKIPPED', error: null } : null
  } catch (error) {
    return { status: 'FAILED', error: `the condition \`when\` failed: ${describeError(error)}` }
  } finally {
    tooLate.abort()
  }
}

async function skipRun(runtime: PassRuntime, run: RunHead, skip: RunSkip, ends: SlotEnds): Promise<void> {
  const { status, reason, error } = skip
  const end: RunEnd = { status, reason, error, attempt: run.attempt, durationMs: null }
  const [recorded] = await Promise.all([runtime.recorder.skip(skip), settle(runtime, ends.leave(end, null))])
  if (!recorded) return
  runtime.observer.runEnded(runtime.tally.ended(run, end))
  if (status === 'CANCELLED') return
  const hook = isFailure(status) ? 'onFailure' : 'onSkip'
  await runtime.callHook(hook, runtime.jobOf(run.jobName), hookEvent(run, end))
}

/** Handed over in one tick with the end of a run, so that both are one transaction. */
async function settle({ recorder }: PassRuntime, slot: ReturnType<SlotEnds['leave']>): Promise<void> {
  if (slot !== null) await recorder.settle(slot)
}

async function runToEnd(runtime: PassRuntime, run: RunHead, enter: Enter, ends: SlotEnds): Promise<void> {
  const job = runtime.jobOf(run.jobName)
  if (job === null) {
    giveBack(runtime, run, ends)
    return
  }
  let head = run
  for (;;) {
    const attempt = prepareAttempt(runtime, head, job)
    await enter(head, attempt)
    const result = attempt.end()
    if (result === null) {
      await refused(runtime, head, ends)
      return
    }
    const { finish, retryInMs } = result.step
    if (!(await recordEnd(runtime, head, job, result, ends)) || retryInMs === null) return
    runtime.observer.waiting(`${head.jobName} is tried again in ${Math.ceil(retryInMs / 1000)} s`)
    await runtime.clock.sleep(retryInMs, runtime.stopper.signal)
    head = { ...head, attempt: finish.attempt, attempts: [...finish.attempts], crashes: finish.crashes }
  }
}

/** False: no attempt follows. */
async function recordEnd(
  runtime: PassRuntime,
  run: RunHead,
  job: Job,
  result: AttemptResult,
  ends: SlotEnds,
): Promise<boolean> {
  const { step, outcome, startedAt } = result
  const end: RunEnd = {
    status: step.finish.status === 'PENDING' && outcome.status === 'INTERRUPTED' ? 'INTERRUPTED' : step.finish.status,
    reason: step.finish.reason,
    error: outcome.error,
    attempt: step.finish.attempt,
    durationMs: outcome.durationMs,
  }
  const isLast = step.retryInMs === null
  const slot = isLast ? ends.leave(step.finish.status === 'PENDING' ? null : end, startedAt) : null
  const [recorded] = await Promise.all([runtime.recorder.finish(step.finish), settle(runtime, slot)])
  FAILPOINT: await failpoint('attempt.recorded')
  if (recorded === null) {
    runtime.observer.warning(
      `the result of ${run.jobName} (run ${run.id}) was discarded: this pass no longer holds the run`,
    )
    return false
  }
  const isCancelled = recorded.status !== step.finish.status
  if (isCancelled) Object.assign(end, recorded)
  if (isCancelled && !isLast) await settle(runtime, ends.leave(null, null))
  if (isLast || isCancelled) {
    runtime.observer.runEnded(runtime.tally.ended(run, end))
    if (end.status === 'COMPLETED') await runtime.callHook('onSuccess', job, hookEvent(run, end))
    else if (isFailure(end.status)) await runtime.callHook('onFailure', job, hookEvent(run, end))
  }
  return !isLast && !isCancelled
}

/** The start was refused: somebody cancelled the run, the pass is stopping, or another pass has it. */
async function refused(runtime: PassRuntime, run: RunHead, ends: SlotEnds): Promise<void> {
  if (runtime.stopper.reason() !== null) {
    giveBack(runtime, run, ends)
    return
  }
  const [head] = await runtime.store.readRuns([run.id])
  const isMine = head?.status === 'PENDING' && head.passId === runtime.passId
  if (!isMine) {
    await settle(runtime, ends.leave(null, null))
    return
  }
  if (head.cancelRequestedAt === null) {
    giveBack(runtime, run, ends)
    return
  }
  const reason = head.reason === 'replaced' ? 'replaced' : 'requested'
  await skipRun(runtime, run, { runId: run.id, status: 'CANCELLED', reason, error: null }, ends)
}

/** Its slot goes on in another pass. */
function giveBack(runtime: PassRuntime, run: RunHead, ends: SlotEnds): void {
  ends.leave(null, null)
  runtime.giveBack(run.id)
}
