import type { RunHead } from '../domain/run.js'
import { planResumeAll } from '../ledger/pause-plan.js'
import type { LockedSchedule, Store, WriteOff } from '../store/store.js'
import { AHEAD_MS } from './look.js'
import { isOurs, type DecisionRules } from './decide.js'
import type { DefinitionChanges } from './find-changes.js'
import { endOfPause } from './global-pause.js'
import type { PassContext } from './pass-context.js'
import { foreignJobs, verdictOn } from './recover.js'
import { createdRow, editOf, orphanOf } from './sync-definitions.js'

/** What a dry run is given: a pass's, but for what writes. */
export type DryContext = Omit<PassContext, 'store' | 'resumeAll'>

/** A schedule as it would be once the pass has synced, recovered and resumed, and what of it that writes off. */
export interface Foreseen {
  locked: LockedSchedule
  writeOffs: WriteOff[]
  /** False: `--schedule` names others, or another config owns it. */
  isAsked: boolean
}

/** Schedules with something to take or to lose; of those that others were asked for, what an edit or a resume writes off. */
export async function foresee(
  context: DryContext,
  store: Store | null,
  changes: DefinitionChanges,
  pause: DecisionRules['globalPause'],
  now: Date,
): Promise<Foreseen[]> {
  const isOver = endOfPause(pause, now) !== null
  const known = store === null ? [] : await lockedNow(context, store, changes, isOver, now)
  const synced = [...known.map((each) => afterSync(context, changes, each)), ...created(context, changes, now)]
  const { scheduleIds } = context.settings
  return synced.map(({ locked, writeOffs }) => {
    const resumed = isOver && pause !== null ? planResumeAll(locked.schedule, pause, locked.now) : null
    return {
      locked: { ...locked, schedule: { ...locked.schedule, ...resumed?.set } },
      writeOffs: [...writeOffs, ...(resumed?.writeOffs ?? [])],
      isAsked: isOurs(locked.schedule, context.config.name) && (scheduleIds?.includes(locked.schedule.id) ?? true),
    }
  })
}

/** Schedules with something to take, of which something is edited, or, when a pause of everything is over, all. */
async function lockedNow(
  context: DryContext,
  store: Store,
  changes: DefinitionChanges,
  pauseIsOver: boolean,
  now: Date,
): Promise<LockedSchedule[]> {
  const { scheduleIds } = context.settings
  const only = scheduleIds === null ? {} : { scheduleIds }
  const until = new Date(now.getTime() + AHEAD_MS)
  const takeable = await store.listTakeable({ configName: context.config.name, until, limit: 10_000, ...only })
  const orphans = await store.findOrphans(10_000, { expiredToo: true })
  const foreign = await foreignJobs(context.config, store, orphans)
  const wanted = new Set([
    ...takeable.map((each) => each.scheduleId),
    ...orphans.map((run) => run.scheduleId),
    ...[...changes.update, ...changes.return].map((each) => each.definition.id),
    ...(pauseIsOver ? (await store.readSchedules()).map((schedule) => schedule.id) : []),
  ])
  const mine = orphans.filter((run) => !foreign.has(run.jobName))
  return (await store.peek([...wanted])).map((each) => recovered(context, mine, each))
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

/** What the sync makes of it. */
function afterSync(
  { config }: DryContext,
  changes: DefinitionChanges,
  locked: LockedSchedule,
): Pick<Foreseen, 'locked' | 'writeOffs'> {
  const configured = [...changes.update, ...changes.return].find((each) => each.definition.id === locked.schedule.id)
  if (configured !== undefined) {
    const { set, writeOffs } = editOf(locked.schedule, configured, locked.now, config.name)
    return { locked: { ...locked, schedule: { ...locked.schedule, ...set } }, writeOffs }
  }
  const set = changes.orphan.includes(locked.schedule.id) ? orphanOf(locked.schedule).set : {}
  return { locked: { ...locked, schedule: { ...locked.schedule, ...set } }, writeOffs: [] }
}

function created(
  { config }: DryContext,
  changes: DefinitionChanges,
  now: Date,
): Pick<Foreseen, 'locked' | 'writeOffs'>[] {
  return changes.create
    .map((each) => ({ ...createdRow(each, now, config.name), createdAt: now, updatedAt: now }))
    .map((schedule) => ({ locked: { now, schedule, open: [], waiting: [] }, writeOffs: [] }))
}
