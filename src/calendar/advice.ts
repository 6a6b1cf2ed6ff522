import type { Schedule, ScheduleDefinition } from '../domain/schedule.js'
import { formatDuration } from '../durations.js'
import { compileCron } from './cron.js'
import { zoneOf } from './zone.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const WEEK_MS = 7 * 24 * HOUR_MS
// A Monday, any will do; fixed, so that no advice depends on the day it is asked for.
const SAMPLE_START_MS = Date.UTC(2026, 0, 5)
const FAR_OFF = new Date(Date.UTC(9999, 11, 31))
const FEWEST_PASSES = 8
// More than five weeks of a slot each minute.
const MOST_SAMPLED = 60_000
const MOST_TIMES_NAMED = 3

/** What the advice depends on. */
export type Advised = Pick<ScheduleDefinition, 'cron' | 'timezone' | 'catchUp' | 'catchUpLimit' | 'overlap'>

/**
 * What a schedule's owner should know when passes come every `passIntervalMs` milliseconds: what becomes of slots that
 * share a pass, or how late it starts. Null when every slot gets its own pass, on time. Throws CRON_INVALID,
 * TIMEZONE_INVALID.
 */
export function cadenceAdvice(schedule: Advised, passIntervalMs: number): string | null {
  if (passIntervalMs <= MINUTE_MS) return null
  const { cron, timezone } = schedule
  const every = `with a pass every ${formatDuration(passIntervalMs)}`
  const served = servedSlots(cron, timezone, passIntervalMs)
  const atOnce = mostAtOnce(served.map(({ passAt }) => passAt))
  if (atOnce > 1) return `${every}, ${sharingPass(atOnce, schedule)}`
  // Passes further apart than an hour may come at any hour, so their phase is unknown.
  if (HOUR_MS % passIntervalMs !== 0) return `${every}, starts up to ${formatDuration(passIntervalMs)} late`
  const latestMs = Math.max(0, ...served.map(({ slotAt, passAt }) => passAt - slotAt))
  if (latestMs === 0) return null
  const times = [...new Set(served.map(({ passAt }) => localTime(passAt, timezone)))].sort()
  const isNameable = times.length <= MOST_TIMES_NAMED
  return `${every}, starts ${isNameable ? `near ${times.join(', ')}` : `up to ${formatDuration(latestMs)} late`}`
}

/** What a pass makes of several slots, by the rule of catch-up. */
function sharingPass(slots: number, { catchUp, catchUpLimit, overlap }: Advised): string {
  if (catchUp !== 'all') return `${slots} slots merge into one run`
  const which = slots > catchUpLimit ? `the newest ${catchUpLimit} of ${slots} slots` : `${slots} slots`
  return `${which} run ${overlap === 'allow' ? 'side by side' : 'one after another'}`
}

/** False: no pass takes a slot of it, so that how often they come says nothing. */
export function isServed({
  enabled,
  orphaned,
  nextRunAt,
}: Pick<Schedule, 'enabled' | 'orphaned' | 'nextRunAt'>): boolean {
  return enabled && !orphaned && nextRunAt !== null
}

/** One advice with the schedules that it holds for. */
export interface SharedAdvice {
  advice: string
  scheduleIds: string[]
}

/** The advice on several schedules, each text once; what cannot be read (a row written by hand) is left out. */
export function adviseAll(schedules: readonly (Advised & { id: string })[], passIntervalMs: number): SharedAdvice[] {
  const shared = new Map<string, string[]>()
  for (const schedule of schedules) {
    const advice = tryAdvice(schedule, passIntervalMs)
    if (advice === null) continue
    const ids = shared.get(advice)
    if (ids === undefined) shared.set(advice, [schedule.id])
    else ids.push(schedule.id)
  }
  return [...shared].map(([advice, scheduleIds]) => ({ advice, scheduleIds }))
}

function tryAdvice(schedule: Advised, passIntervalMs: number): string | null {
  try {
    return cadenceAdvice(schedule, passIntervalMs)
  } catch {
    return null
  }
}

interface ServedSlot {
  slotAt: number
  /** The pass that takes it, when passes come at whole multiples of the interval. */
  passAt: number
}

/** Slots of a week at least and of several passes, each with all its slots. */
function servedSlots(cron: string, timezone: string, passIntervalMs: number): ServedSlot[] {
  // After a pass, so that the first one is whole.
  const startMs = Math.ceil(SAMPLE_START_MS / passIntervalMs) * passIntervalMs
  const sampleEndMs = startMs + Math.min(Math.max(WEEK_MS, 2 * passIntervalMs), 5 * WEEK_MS)
  const served: ServedSlot[] = []
  let passes = 0
  for (const slot of compileCron(cron, timezone).slots(new Date(startMs), FAR_OFF)) {
    const slotAt = slot.getTime()
    const passAt = Math.ceil(slotAt / passIntervalMs) * passIntervalMs
    const isNextPass = passAt !== served.at(-1)?.passAt
    if (isNextPass && passes >= FEWEST_PASSES && slotAt > sampleEndMs) break
    if (served.length >= MOST_SAMPLED) return isNextPass ? served : withoutLastPass(served)
    if (isNextPass) passes += 1
    served.push({ slotAt, passAt })
  }
  return served
}

/** Others of its slots may not have been looked at; where it is the only pass, those that have say enough. */
function withoutLastPass(served: ServedSlot[]): ServedSlot[] {
  const whole = served.filter(({ passAt }) => passAt !== served.at(-1)?.passAt)
  return whole.length === 0 ? served : whole
}

/** The length of the longest run of equal neighbours. */
function mostAtOnce(passes: readonly number[]): number {
  let most = 0
  let current = 0
  for (const [index, pass] of passes.entries()) {
    current = pass === passes[index - 1] ? current + 1 : 1
    most = Math.max(most, current)
  }
  return most
}

function localTime(at: number, timezone: string): string {
  return new Date(at + zoneOf(timezone).spanAt(at).offsetMs).toISOString().slice(11, 16)
}
