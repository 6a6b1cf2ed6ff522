import { adviseAll } from '../calendar/advice.js'
import type { RunHead } from '../domain/run.js'
import { planResumeAll } from '../ledger/pause-plan.js'
import type { LockedSchedule, Store } from '../store/store.js'
import { AHEAD_MS, look, nextOf } from './look.js'
import type { DecisionRules, PlanEntry } from './decide.js'
import { findChanges, type DefinitionChanges } from './find-changes.js'
import { follow, MOST_STEPS } from './follow.js'
import { endOfPause, pauseNotes } from './global-pause.js'
import { rulesOf } from './open-pass.js'
import type { PassContext } from './pass-context.js'
import { foreignJobs, verdictOn } from './recover.js'
import type { DryRunReport } from './report.js'
import { editOf, createdRow, orphanOf, refuseProblems } from './sync-definitions.js'

/** What a dry run is given: a pass's, but for what writes. */
export type DryContext = Omit<PassContext, 'store' | 'resumeAll'>

/** What a pass would do now, by the same decisions. Reads only; without a database the config alone speaks. */
export async function dryRun(context: DryContext, store: Store | null): Promise<DryRunReport> {
  const found = store === null ? null : await look({ ...context, store })
  const changes = findChanges(context.config, found?.check ?? { schedules: [], jobs: [] })
  if (!changes.isEmpty) await refuseProblems(context, changes)
  const now = found?.check.now ?? context.clock.now()
  const globalPause = found?.check.globalPause ?? null
  const known = [...(await lockedNow(context, store, changes, now)), ...created(context, changes, now)]
  const locked = known.map((each) => resumed(each, globalPause))
  const rules = rulesFor(context, globalPause, now)
  const plans = locked.sort(byUrgency).map((each) => ({ locked: each, ...follow(each, rules) }))
  const missing = new Set(plans.flatMap((each) => each.missing))
  return {
    pass: {
      id: null,
      startedAt: now.toISOString(),
      finishedAt: now.toISOString(),
      durationMs: Math.round(context.clock.monotonicMs() - context.settings.startedAtMs),
      host: context.settings.host,
      dryRun: true,
    },
    plan: plans.flatMap(({ plan }) => (plan === null ? [] : [printed(plan)])),
    runs: plans.flatMap(({ resumed }) => resumed.map(printedRun)),
    definitions: definitionsOf(changes),
    next: nextOfPlan(locked, found === null ? null : nextOf(found), now),
    cadence: cadenceOf(context),
    notes: [...notesOf(context, store, missing), ...(found === null ? [] : pauseNotes(found.check))],
    exitCode: missing.size > 0 ? 1 : 0,
  }
}

function rulesFor(context: DryContext, globalPause: DecisionRules['globalPause'], now: Date): DecisionRules {
  const over = endOfPause(globalPause, now) !== null
  return {
    ...rulesOf(context, over ? null : globalPause),
    passId: null,
    until: new Date(now.getTime() + AHEAD_MS),
    limit: MOST_STEPS,
  }
}

/** Schedules with something to take, as they would be after the pass has synced and recovered. */
async function lockedNow(
  context: DryContext,
  store: Store | null,
  changes: DefinitionChanges,
  now: Date,
): Promise<LockedSchedule[]> {
  if (store === null) return []
  const { scheduleIds } = context.settings
  const only = scheduleIds === null ? {} : { scheduleIds }
  const until = new Date(now.getTime() + AHEAD_MS)
  const takeable = await store.listTakeable({ configName: context.config.name, until, limit: 10_000, ...only })
  const orphans = await store.findOrphans(10_000, { expiredToo: true })
  const changed = [...changes.update, ...changes.return].map((each) => each.definition.id)
  const ids = new Set([...takeable.map((each) => each.scheduleId), ...orphans.map((run) => run.scheduleId), ...changed])
  const wanted = [...ids].filter((id) => scheduleIds === null || scheduleIds.includes(id))
  const foreign = await foreignJobs(context.config, store, orphans)
  const peeked = await store.peek(wanted)
  return peeked.map((each) =>
    synced(
      context,
      changes,
      recovered(
        context,
        orphans.filter((run) => !foreign.has(run.jobName)),
        each,
      ),
    ),
  )
}

/** Moves what a dead pass holds from `open` to `waiting`, as recovery would. */
function recovered({ config }: DryContext, orphans: readonly RunHead[], locked: LockedSchedule): LockedSchedule {
  const mine = orphans.filter((run) => run.scheduleId === locked.schedule.id)
  if (mine.length === 0) return locked
  const ids = new Set(mine.map((run) => run.id))
  const waitingAgain = mine.flatMap((run): RunHead[] => {
    const verdict = verdictOn(config.jobs.get(run.jobName) ?? null, run, locked.now)
    if (verdict.status !== 'PENDING') return []
    const { reason, crashes, attempts } = verdict
    return [
      { ...run, status: 'PENDING', reason, crashes, attempts: [...attempts], availableAt: locked.now, passId: null },
    ]
  })
  const waiting = [...locked.waiting, ...waitingAgain].sort((a, b) => (a.id < b.id ? -1 : 1))
  return { ...locked, open: locked.open.filter((run) => !ids.has(run.id)), waiting }
}

function synced({ config }: DryContext, changes: DefinitionChanges, locked: LockedSchedule): LockedSchedule {
  const configured = [...changes.update, ...changes.return].find((each) => each.definition.id === locked.schedule.id)
  const set =
    configured !== undefined
      ? editOf(locked.schedule, configured, locked.now, config.name).set
      : changes.orphan.includes(locked.schedule.id)
        ? orphanOf(locked.schedule).set
        : {}
  return { ...locked, schedule: { ...locked.schedule, ...set } }
}

function created({ config, settings }: DryContext, changes: DefinitionChanges, now: Date): LockedSchedule[] {
  return changes.create
    .filter((each) => settings.scheduleIds === null || settings.scheduleIds.includes(each.definition.id))
    .map((each) => ({ ...createdRow(each, now, config.name), createdAt: now, updatedAt: now }))
    .map((schedule) => ({ now, schedule, open: [], waiting: [] }))
}

/** What the end of a pause of everything makes of a schedule: the pass ends it before it takes anything. */
function resumed(locked: LockedSchedule, pause: DecisionRules['globalPause']): LockedSchedule {
  if (pause === null || endOfPause(pause, locked.now) === null) return locked
  return { ...locked, schedule: { ...locked.schedule, ...planResumeAll(locked.schedule, pause, locked.now)?.set } }
}

function byUrgency(a: LockedSchedule, b: LockedSchedule): number {
  const priority = b.schedule.priority - a.schedule.priority
  return priority === 0 ? (a.schedule.nextRunAt?.getTime() ?? 0) - (b.schedule.nextRunAt?.getTime() ?? 0) : priority
}

function printed(plan: PlanEntry): DryRunReport['plan'][number] {
  const missed =
    plan.missed === null
      ? null
      : { count: plan.missed.count, from: plan.missed.from.toISOString(), to: plan.missed.to.toISOString() }
  return { ...plan, slots: plan.slots.map((slot) => slot.toISOString()), missed }
}

function printedRun(run: RunHead): DryRunReport['runs'][number] {
  return {
    runId: run.id,
    scheduleId: run.scheduleId,
    jobName: run.jobName,
    trigger: run.trigger,
    scheduledFor: run.scheduledFor?.toISOString() ?? null,
    attempt: run.attempt + 1,
    reason: run.reason ?? (run.trigger === 'MANUAL' ? 'requested' : 'waiting'),
  }
}

function definitionsOf(changes: DefinitionChanges): DryRunReport['definitions'] {
  return [
    ...changes.create.map((each) => ({ scheduleId: each.definition.id, change: 'create' as const })),
    ...changes.update.map((each) => ({ scheduleId: each.definition.id, change: 'update' as const })),
    ...changes.return.map((each) => ({ scheduleId: each.definition.id, change: 'return' as const })),
    ...changes.orphan.map((scheduleId) => ({ scheduleId, change: 'orphan' as const })),
  ]
}

/** The soonest slot to come, of schedules known and of those that would be created. */
function nextOfPlan(locked: readonly LockedSchedule[], known: DryRunReport['next'], now: Date): DryRunReport['next'] {
  const coming = locked.flatMap(({ schedule }) =>
    schedule.nextRunAt !== null && schedule.nextRunAt > now
      ? [{ scheduleId: schedule.id, at: schedule.nextRunAt.toISOString() }]
      : [],
  )
  return [...coming, ...(known === null ? [] : [known])].sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null
}

function cadenceOf({ config, settings: { scheduleIds }, environment }: DryContext): DryRunReport['cadence'] {
  const definitions = config.schedules.map(({ definition }) => definition)
  const asked = definitions.filter(({ id }) => scheduleIds === null || scheduleIds.includes(id))
  return adviseAll(asked, environment.pollIntervalMs)
}

function notesOf({ environment }: DryContext, store: Store | null, missing: ReadonlySet<string>): string[] {
  const off = environment.enabled ? [] : ['SCHEDULE_DAEMON_ENABLED=false: a pass would check nothing and run nothing']
  const absent = store === null ? ['there is no database yet: a pass would create it and write these definitions'] : []
  return [
    ...off,
    ...absent,
    ...[...missing].map((name) => `work is left for another config: this one has no job ${name}`),
  ]
}
