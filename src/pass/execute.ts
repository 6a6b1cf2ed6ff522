import pLimit, { type LimitFunction } from 'p-limit'
import type { RunHead } from '../domain/run.js'
import type { Schedule } from '../domain/schedule.js'
import type { RunAttempt } from './attempt.js'
import type { Pace } from './pace.js'
import { groupRuns } from './slot-group.js'

/** Runs that a pass holds, with what is needed to run them. */
export interface Work {
  schedule: Schedule
  /** In declared order, reserved for the pass. */
  runs: readonly RunHead[]
  /** Taken by a re-check: causes no further one. */
  late: boolean
  /** More of the schedule can be taken when these have ended. */
  more: boolean
}

/** The runs of one slot or request, executed together. */
export interface SlotGroup {
  schedule: Schedule
  runs: readonly RunHead[]
}

export interface Executor {
  add(work: Work): void
  /** How many more schedules' work could soon be started; 0 while that is too few to be worth a transaction. */
  room(): number
  /** Resolves at the next end of a group, or when the signal aborts. */
  change(signal?: AbortSignal): Promise<void>
  isIdle(): boolean
  /** Whether work that was due when the pass started is still going. */
  hasFirstWork(): boolean
}

interface ExecutorOptions {
  concurrency: number
  groupConcurrency: ReadonlyMap<string, number>
  pace: Pace
  /** Everything about one group but who may run when: its start, its condition, its settlement. */
  runGroup(group: SlotGroup, enter: Enter): Promise<void>
  jobGroupOf(jobName: string): string | null
  /** Called when all groups of a schedule have ended and more of it can be taken. */
  onMore(scheduleId: string): void
}

/** Gives an attempt its place: in its slot's order, in its job group's limit, then among the pass's handlers. */
export type Enter = (run: RunHead, attempt: RunAttempt) => Promise<void>

/**
 * Bounds what runs at once. A handler's place is free when the handler ends. Starting (a flush) may run ahead of the
 * places by what starts within a few milliseconds, so that short jobs do not wait for a flush each.
 */
export function createExecutor(options: ExecutorOptions): Executor {
  const handlers = pLimit(options.concurrency)
  const starts = pLimit(options.concurrency)
  const jobGroups = new Map([...options.groupConcurrency].map(([group, limit]) => [group, pLimit(limit)]))
  const { pace } = options
  const active = new Map<Promise<void>, { lanes: number; late: boolean }>()
  const openGroups = new Map<string, number>()
  const wantsMore = new Set<string>()
  let wake: (() => void)[] = []

  function addGroup(work: Work, runs: readonly RunHead[]): void {
    const { schedule } = work
    const inOrder = pLimit(schedule.jobConcurrency)
    const enter: Enter = (run, attempt) => inOrder(() => inJobGroup(run, () => runInPlace(attempt)))
    openGroups.set(schedule.id, (openGroups.get(schedule.id) ?? 0) + 1)
    const running = options.runGroup({ schedule, runs }, enter).finally(() => {
      active.delete(running)
      closeGroup(schedule.id)
    })
    active.set(running, { lanes: Math.min(schedule.jobConcurrency, runs.length), late: work.late })
    // Failures reach the pass through its stopper; here they only must not be unhandled.
    running.catch(() => undefined)
  }

  function inJobGroup<T>(run: RunHead, task: () => Promise<T>): Promise<T> {
    const limit: LimitFunction | undefined = jobGroups.get(options.jobGroupOf(run.jobName) ?? '')
    return limit === undefined ? task() : limit(task)
  }

  function runInPlace(attempt: RunAttempt): Promise<void> {
    starts.concurrency = options.concurrency + pace.startsAhead()
    return starts(async () => {
      if (attempt.startsInPlace) {
        await handlers(async () => {
          if (await attempt.start()) await timed(pace, attempt.handle)
        })
      } else if (await attempt.start()) {
        await handlers(() => timed(pace, attempt.handle))
      }
    })
  }

  function closeGroup(scheduleId: string): void {
    const left = (openGroups.get(scheduleId) ?? 1) - 1
    if (left > 0) openGroups.set(scheduleId, left)
    else {
      openGroups.delete(scheduleId)
      if (wantsMore.delete(scheduleId)) options.onMore(scheduleId)
    }
    const woken = wake
    wake = []
    for (const resolve of woken) resolve()
  }

  return {
    add(work) {
      if (work.more) wantsMore.add(work.schedule.id)
      for (const runs of groupRuns(work.runs)) addGroup(work, runs)
    },
    room() {
      let lanes = 0
      for (const group of active.values()) lanes += group.lanes
      const ahead = pace.takeAhead()
      const room = options.concurrency + ahead - lanes
      // Half a window at a time: a transaction per freed place would spend more on locking than on work.
      return active.size === 0 || room * 2 >= ahead ? Math.max(room, 1) : 0
    },
    change: (signal) =>
      new Promise((resolve) => {
        wake.push(resolve)
        if (signal?.aborted) resolve()
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
    isIdle: () => active.size === 0,
    hasFirstWork: () => [...active.values()].some((group) => !group.late),
  }
}

async function timed(pace: Pace, handle: () => Promise<void>): Promise<void> {
  const done = pace.begin()
  try {
    await handle()
  } finally {
    done()
  }
}
