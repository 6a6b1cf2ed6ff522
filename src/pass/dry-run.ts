import { adviseAll } from '../calendar/advice.js'
import { firstSlotAfter } from '../calendar/window.js'
import type { Store } from '../store/store.js'
import { AHEAD_MS, look, nextOf, type Found } from './look.js'
import type { DecisionRules } from './decide.js'
import { findChanges, type DefinitionChanges } from './find-changes.js'
import { follow, MOST_STEPS, type Followed } from './follow.js'
import { foresee, type DryContext, type Foreseen } from './foresee.js'
import { endOfPause, pauseNotes } from './global-pause.js'
import { findHadRun, type HadRun, hadRunNote, wholeSlots, withoutHadRun } from './had-run.js'
import { rulesOf } from './open-pass.js'
import { printedPlan, printedRun, type PlannedSchedule } from './printed-plan.js'
import type { DryRunReport } from './report.js'
import { refuseProblems } from './sync-definitions.js'

/** What a pass would do now, by the same decisions. Reads only; without a database the config alone speaks. */
export async function dryRun(context: DryContext, store: Store | null): Promise<DryRunReport> {
  const found = store === null ? null : await look({ ...context, store })
  const changes = findChanges(context.config, found?.check ?? { schedules: [], jobs: [] })
  if (!changes.isEmpty) await refuseProblems(context, changes)
  const now = found?.check.now ?? context.clock.now()
  const globalPause = found?.check.globalPause ?? null
  const foreseen = await foresee(context, store, changes, globalPause, now)
  const rules = rulesFor(context, globalPause, now)
  const conditions = new Set(context.config.schedules.flatMap((each) => (each.when === null ? [] : each.definition.id)))
  const plans = await withoutExisting(
    store,
    foreseen.sort(byUrgency).map((each) => planOf(each, rules, conditions)),
  )
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
    plan: plans.flatMap((each) => printedPlan(each) ?? []),
    runs: plans.flatMap(({ resumed }) => resumed.map(printedRun)),
    definitions: definitionsOf(changes),
    next: nextOfPlan(
      foreseen,
      store === null || found === null ? null : await nextThatStays(store, found, changes),
      now,
    ),
    cadence: await cadenceOf(context, store, now),
    notes: [
      ...notesOf(context, store, missing),
      ...plans.flatMap(hadRunNotes),
      ...(found === null ? [] : pauseNotes(found.check)),
    ],
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

/** A schedule that was not asked for loses what it loses, and takes nothing. */
function planOf(
  { locked, isAsked, writeOffs }: Foreseen,
  rules: DecisionRules,
  conditions: ReadonlySet<string>,
): PlannedSchedule {
  const followed: Followed = isAsked ? follow(locked, rules) : { plan: null, resumed: [], missing: [], writeOffs: [] }
  const all = [...writeOffs, ...followed.writeOffs]
  const { id } = locked.schedule
  return { ...followed, scheduleId: id, writeOffs: all, hadRun: [], hasCondition: conditions.has(id) }
}

/** A pass takes such slots, and finds that their runs exist. */
async function withoutExisting(store: Store | null, plans: readonly PlannedSchedule[]): Promise<PlannedSchedule[]> {
  const entries = plans.flatMap(({ plan }) => plan ?? [])
  const found = store === null ? new Map<string, HadRun[]>() : await findHadRun(store, entries)
  return plans.map((each) => {
    const hadRun = found.get(each.scheduleId) ?? []
    return { ...each, hadRun, plan: each.plan && withoutHadRun(each.plan, hadRun) }
  })
}

function byUrgency({ locked: a }: Foreseen, { locked: b }: Foreseen): number {
  const priority = b.schedule.priority - a.schedule.priority
  return priority === 0 ? (a.schedule.nextRunAt?.getTime() ?? 0) - (b.schedule.nextRunAt?.getTime() ?? 0) : priority
}

function definitionsOf(changes: DefinitionChanges): DryRunReport['definitions'] {
  return [
    ...changes.create.map((each) => ({ scheduleId: each.definition.id, change: 'create' as const })),
    ...changes.update.map((each) => ({ scheduleId: each.definition.id, change: 'update' as const })),
    ...changes.return.map((each) => ({ scheduleId: each.definition.id, change: 'return' as const })),
    ...changes.orphan.map((scheduleId) => ({ scheduleId, change: 'orphan' as const })),
  ]
}

/** The soonest slot to come of what the database knows, but for definitions that a pass would edit or orphan. */
async function nextThatStays(store: Store, found: Found, changes: DefinitionChanges): Promise<DryRunReport['next']> {
  const next = nextOf(found)
  const changed = new Set([...changes.orphan, ...changes.update.map((each) => each.definition.id)])
  if (next === null || !changed.has(next.scheduleId)) return next
  const { now, schedules } = found.check
  const others = schedules.filter(({ id }) => !changed.has(id)).map(({ id }) => id)
  const rows = await store.readSchedules(others)
  return soonest(
    rows.flatMap(({ id, enabled, pausedUntil, nextRunAt }) =>
      nextRunAt !== null && nextRunAt > now && (enabled || pausedUntil !== null)
        ? [{ scheduleId: id, at: nextRunAt.toISOString() }]
        : [],
    ),
  )
}

/** The soonest slot to come, of schedules known and of those that would be created. */
function nextOfPlan(foreseen: readonly Foreseen[], known: DryRunReport['next'], now: Date): DryRunReport['next'] {
  const coming = foreseen.flatMap(({ isAsked, locked: { schedule } }) =>
    isAsked && schedule.nextRunAt !== null && schedule.nextRunAt > now
      ? [{ scheduleId: schedule.id, at: schedule.nextRunAt.toISOString() }]
      : [],
  )
  return soonest([...coming, ...(known === null ? [] : [known])])
}

function soonest(slots: NonNullable<DryRunReport['next']>[]): DryRunReport['next'] {
  return slots.sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null
}

/** Of what would be served: neither paused nor ended. */
async function cadenceOf(context: DryContext, store: Store | null, now: Date): Promise<DryRunReport['cadence']> {
  const { config, settings, environment } = context
  const definitions = config.schedules.map(({ definition }) => definition)
  const asked = definitions.filter(({ id }) => settings.scheduleIds?.includes(id) ?? true)
  const rows = store === null ? [] : await store.readSchedules(asked.map(({ id }) => id))
  const isEnabled = new Map(rows.map(({ id, enabled }) => [id, enabled]))
  const served = asked.filter((each) => (isEnabled.get(each.id) ?? each.enabled) && firstSlotAfter(each, now) !== null)
  return adviseAll(served, environment.pollIntervalMs)
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

function hadRunNotes({ scheduleId, plan, hadRun }: PlannedSchedule): string[] {
  const slots = plan === null ? [] : wholeSlots(plan, hadRun)
  return slots.length === 0 ? [] : [hadRunNote(scheduleId, slots)]
}
