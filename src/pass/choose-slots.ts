import { closePause, firstSlotAfter, jumpedRanges, slotSpan } from '../calendar/window.js'
import type { Schedule } from '../domain/schedule.js'
import type { RunReason } from '../domain/run.js'
import type { ScheduleChange, WriteOff } from '../store/store.js'
import { writeOffRows } from '../ledger/write-off.js'
import type { DecisionRules } from './decide.js'

/** The due slots of a schedule, sorted by the catch-up rule. */
export interface DueSlots {
  count: number
  first: Date
  last: Date
  /** To run now, oldest first. */
  run: Date[]
  /** Due slots left for later in this pass (`all`, one after another). */
  remaining: number
  more: boolean
  writeOffs: WriteOff[]
  /** Slots that an instant set by hand has jumped over, among `writeOffs`; written off whatever becomes of the due ones. */
  jumped: WriteOff[]
  missed: { count: number; from: Date; to: Date } | null
  /** What taking `run` and writing off the others makes of the schedule. */
  set: ScheduleChange
  /** What passing over every due slot makes of it. */
  setAfterAll: ScheduleChange
  /** The end of a pause with `until`: what it makes of the schedule, whatever happens to later slots. */
  wake: { set: ScheduleChange; writeOffs: WriteOff[] } | null
}

/** Applies catch-up, its window and its limit to everything due at or before `rules.until`. */
export function chooseSlots(found: Schedule, now: Date, rules: DecisionRules): DueSlots {
  const wake = wakeOf(found, now)
  const schedule: Schedule = wake === null ? found : { ...found, ...wake.set }
  const first = schedule.nextRunAt
  if (first === null || first > rules.until) return nothingDue(wake)
  // An instant set by hand may lie before slots that have a fate already: those are not walked again.
  const base = latest(first, schedule.lastSlotAt)
  const rest = slotSpan(
    schedule,
    base,
    rules.until,
    schedule.catchUp === 'all' ? Math.max(schedule.catchUpLimit, 1) : 1,
  )
  const last = rest.last ?? first
  const count = rest.count + 1
  const cutoff = cutoffOf(schedule, now, rules)
  const late = beforeCutoff(schedule, first, base, cutoff, rules.until)
  const eligible = count - late.count
  const newest = [...(rest.count < keepOf(schedule) ? [first] : []), ...rest.newest].filter(
    (slot) => cutoff === null || slot >= cutoff,
  )
  const kept = newest.slice(-Math.min(keepOf(schedule), Math.max(eligible, 0)))
  const run =
    schedule.catchUp === 'all' && schedule.overlap !== 'allow'
      ? kept.slice(0, 1)
      : kept.slice(0, Math.max(rules.limit, 1))
  const remaining = kept.length - run.length
  const dropped = eligible - kept.length
  const jumped = writeOffRows('MISSED', 'edited', jumpedRanges(schedule, rules.until))
  const passedOver = apart(schedule, first, base, [
    ...range('window', late.count, late.first, late.last),
    ...droppedRange(schedule, { first, base, cutoff, before: kept[0], count: dropped }),
  ])
  const writeOffs = [...jumped, ...passedOver]
  const lastTaken = run.at(-1) ?? last
  const nextRunAt = kept[run.length] ?? firstSlotAfter(schedule, latest(lastTaken, schedule.lastSlotAt, last))
  return {
    count,
    first,
    last,
    run,
    remaining,
    more: remaining > 0,
    writeOffs,
    jumped,
    missed: missedOf(writeOffs),
    set: { nextRunAt, lastSlotAt: latest(lastTaken, schedule.lastSlotAt) },
    setAfterAll: {
      nextRunAt: firstSlotAfter(schedule, latest(last, schedule.lastSlotAt)),
      lastSlotAt: latest(last, schedule.lastSlotAt),
    },
    wake,
  }
}

function keepOf(schedule: Schedule): number {
  return schedule.catchUp === 'all' ? Math.max(schedule.catchUpLimit, 1) : 1
}

/** Slots before this instant never run; null: no window. */
function cutoffOf(schedule: Schedule, now: Date, rules: DecisionRules): Date | null {
  const windowMs = schedule.catchUpWindowMs ?? (schedule.catchUp === 'skip' ? 2 * rules.pollIntervalMs : null)
  return windowMs === null ? null : new Date(now.getTime() - windowMs)
}

interface Late {
  count: number
  first: Date | null
  last: Date | null
}

function beforeCutoff(schedule: Schedule, first: Date, base: Date, cutoff: Date | null, until: Date): Late {
  if (cutoff === null || first >= cutoff) return { count: 0, first: null, last: null }
  const justBefore = new Date(Math.min(cutoff.getTime() - 1, until.getTime()))
  const span = slotSpan(schedule, base, justBefore, 1)
  return { count: span.count + 1, first, last: span.last ?? first }
}

/** Eligible slots that the rule passes over: one adjacent range right before the kept ones. */
function droppedRange(
  schedule: Schedule,
  due: { first: Date; base: Date; cutoff: Date | null; before: Date | undefined; count: number },
): WriteOff[] {
  if (due.count <= 0 || due.before === undefined) return []
  const reason = schedule.catchUp === 'all' ? 'limit' : 'coalesced'
  const justBefore = new Date(due.before.getTime() - 1)
  const firstIsEligible = due.cutoff === null || due.first >= due.cutoff
  const from = firstIsEligible || due.cutoff === null ? due.base : latest(new Date(due.cutoff.getTime() - 1), due.base)
  const span = slotSpan(schedule, from, justBefore, 1)
  return range(reason, due.count, firstIsEligible ? due.first : span.first, span.last ?? due.first)
}

function range(reason: RunReason, count: number, firstSlot: Date | null, lastSlot: Date | null): WriteOff[] {
  if (count <= 0 || firstSlot === null || lastSlot === null) return []
  return [{ status: 'MISSED', reason, firstSlot, lastSlot, slotCount: count }]
}

/** A first slot set by hand to before slots that have a fate already gets a row of its own, which spans none of them. */
function apart(schedule: Schedule, first: Date, base: Date, writeOffs: readonly WriteOff[]): WriteOff[] {
  if (base <= first) return [...writeOffs]
  return writeOffs.flatMap((writeOff) => {
    if (writeOff.firstSlot.getTime() !== first.getTime() || writeOff.slotCount === 1) return [writeOff]
    const firstSlot = firstSlotAfter(schedule, base) ?? writeOff.lastSlot
    return [
      { ...writeOff, lastSlot: first, slotCount: 1 },
      { ...writeOff, firstSlot, slotCount: writeOff.slotCount - 1 },
    ]
  })
}

/** Passes over every due slot. */
export function writeOffAll(
  schedule: Schedule,
  { first, last, count, jumped }: DueSlots,
  fate: Pick<WriteOff, 'status' | 'reason'>,
): WriteOff[] {
  const base = latest(first, schedule.lastSlotAt)
  return [...jumped, ...apart(schedule, first, base, [{ ...fate, firstSlot: first, lastSlot: last, slotCount: count }])]
}

function missedOf(writeOffs: readonly WriteOff[]): DueSlots['missed'] {
  const [oldest] = writeOffs
  const newest = writeOffs.at(-1)
  if (oldest === undefined || newest === undefined) return null
  const count = writeOffs.reduce((sum, writeOff) => sum + writeOff.slotCount, 0)
  return { count, from: oldest.firstSlot, to: newest.lastSlot }
}

function wakeOf(schedule: Schedule, now: Date): DueSlots['wake'] {
  const until = schedule.pausedUntil
  if (schedule.enabled || until === null || until > now) return null
  const { skipped, lastSlotAt, nextRunAt } = closePause(schedule, until)
  return {
    set: { enabled: true, pausedReason: null, pausedUntil: null, lastSlotAt, nextRunAt },
    writeOffs: writeOffRows('SKIPPED', 'paused', skipped),
  }
}

function nothingDue(wake: DueSlots['wake']): DueSlots {
  const never = new Date(0)
  return {
    count: 0,
    first: never,
    last: never,
    run: [],
    remaining: 0,
    more: false,
    writeOffs: [],
    jumped: [],
    missed: null,
    set: {},
    setAfterAll: {},
    wake,
  }
}

function latest(first: Date, ...others: (Date | null)[]): Date {
  return others.reduce<Date>((newest, date) => (date !== null && date > newest ? date : newest), first)
}
