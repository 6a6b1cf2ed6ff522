import type { Check, WriteOff } from '../store/store.js'
import { databaseClock, type DatabaseClock } from './database-clock.js'
import type { PassContext } from './pass-context.js'
import type { PassReport } from './report.js'

/** Slots this far ahead of the database's clock are taken: the platform's clock may be early at the top of the hour. */
export const AHEAD_MS = 5000

export interface Found {
  check: Check
  clock: DatabaseClock
  /** Nothing due, waiting, orphaned or held by others. */
  isIdle: boolean
  /** What edits by this pass have written off before. */
  writeOffs: readonly WriteOff[]
}

/** What is there to do, in one round trip. */
export async function look({ store, config, clock }: Pick<PassContext, 'store' | 'config' | 'clock'>): Promise<Found> {
  const sentAtMs = clock.monotonicMs()
  const found = await store.check({
    configName: config.name,
    scheduleIds: config.schedules.map((schedule) => schedule.definition.id),
    jobNames: [...config.jobs.keys()],
    aheadMs: AHEAD_MS,
  })
  // The statement's now lies between sending and receiving; the middle halves the error.
  const readAtMs = (sentAtMs + clock.monotonicMs()) / 2
  const isIdle = found.due === 0 && found.waiting === 0 && found.orphaned === 0 && found.held === 0
  return { check: found, clock: databaseClock(clock, found.now, readAtMs), isIdle, writeOffs: [] }
}

export function nextOf({ check: { next } }: Found): PassReport['next'] {
  return next === null ? null : { scheduleId: next.scheduleId, at: next.at.toISOString() }
}
