import { slotsWithin } from '../calendar/window.js'
import type { RunHead } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import { EXIT, ScheduleError } from '../errors.js'
import type { AdminStore } from '../store/store.js'
import { actorName } from './actor.js'
import { findSchedule } from './find-schedules.js'
import { resolveJobs } from './resolve-jobs.js'

/** Runs that one backfill may ask for. */
export const MOST_BACKFILL_RUNS = 10_000

export interface BackfillRequest {
  scheduleId: string
  /** Inclusive. */
  from: Date
  /** Exclusive; slots that lie ahead are never taken. */
  to: Date
  /** Only tell what would be asked for. */
  dryRun?: boolean
  actor: string
}

export interface Backfill {
  schedule: Schedule
  jobs: string[]
  /** Slots without a run, oldest first. */
  slots: Date[]
  /** Slots of the period that have a run already. */
  slotsWithRun: number
  /** Before this instant the database cannot know what ran: it is pruned, or the schedule did not exist. */
  historyFrom: Date
  /** Empty for a dry run. */
  runs: RunHead[]
}

/**
 * Asks for runs of past slots in [from, to) that have none; passes run them oldest first, one after another.
 * Throws SCHEDULE_NOT_FOUND, JOB_NOT_FOUND, USAGE, and REFUSED for more than 10,000 runs.
 */
export async function backfillRuns(store: AdminStore, request: BackfillRequest): Promise<Backfill> {
  checkPeriod(request)
  const schedule = await findSchedule(store, request.scheduleId)
  const jobs = resolveJobs(schedule, await store.readJobs(), null)
  const now = await store.now()
  const to = request.to > now ? new Date(now.getTime() + 1) : request.to
  const taken = await store.readSlotsWithRuns(schedule.id, request.from, to)
  const { slots, slotsWithRun } = freeSlots(schedule, request.from, to, taken, jobs.length)
  const runs = request.dryRun || slots.length === 0 ? [] : await insert(store, schedule, jobs, slots, request)
  return { schedule, jobs, slots, slotsWithRun, historyFrom: schedule.historyFrom, runs }
}

function freeSlots(
  schedule: Schedule,
  from: Date,
  to: Date,
  taken: readonly Date[],
  jobs: number,
): { slots: Date[]; slotsWithRun: number } {
  const withRun = new Set(taken.map((slot) => slot.getTime()))
  const slots: Date[] = []
  let slotsWithRun = 0
  for (const slot of slotsWithin(schedule, new Date(from.getTime() - 1), new Date(to.getTime() - 1))) {
    if (withRun.has(slot.getTime())) slotsWithRun += 1
    else if (slots.push(slot) * jobs > MOST_BACKFILL_RUNS) throw tooMany(schedule, slot)
  }
  return { slots, slotsWithRun }
}

async function insert(
  store: AdminStore,
  schedule: Schedule,
  jobs: readonly string[],
  slots: readonly Date[],
  request: BackfillRequest,
): Promise<RunHead[]> {
  const { params, priority } = schedule
  const actor = actorName(request.actor)
  const result = await store.insertRuns({
    scheduleId: schedule.id,
    trigger: 'BACKFILL',
    runs: slots.flatMap((scheduledFor) =>
      jobs.map((jobName) => ({ jobName, maxAttempts: 1, scheduledFor, params, priority })),
    ),
    requestedBy: actor,
    passId: null,
    refuseIfOpen: false,
    audit: { actor, action: 'backfill', scheduleId: schedule.id, runId: null, detail: detailOf(request, slots) },
  })
  return 'inserted' in result ? result.inserted : []
}

function detailOf({ from, to }: BackfillRequest, slots: readonly Date[]): Record<string, string | number> {
  return { from: from.toISOString(), to: to.toISOString(), slots: slots.length }
}

function checkPeriod({ from, to }: BackfillRequest): void {
  if (from < to) return
  throw new ScheduleError('USAGE', `the period is empty: ${from.toISOString()} is not before ${to.toISOString()}`, {
    fix: 'give a begin before the end; the slot at the end is not part of the period',
  })
}

function tooMany(schedule: Schedule, slot: Date): ScheduleError {
  const most = MOST_BACKFILL_RUNS.toLocaleString('en')
  return new ScheduleError(
    'REFUSED',
    `a backfill asks for at most ${most} runs; for schedule '${schedule.id}' they are used up at ${slot.toISOString()}`,
    { fix: `backfill the period that ends at ${slot.toISOString()} first, then the rest`, exitCode: EXIT.usage },
  )
}
