import { firstSlotAfter } from '../../../src/calendar/window.js'
import type { Schedule } from '../../../src/domain/schedule.js'
import { decide, type Decision } from '../../../src/pass/decide.js'
import type { OpenRun } from '../../../src/store/store.js'
import { aRun, aSchedule, rules } from '../../pass/schedules.js'

/** A moment of a peer's scheduler, in our words. */
export interface Moment {
  schedule: Partial<Schedule>
  /** When the account begins: the peer's creation time. */
  createdAt: Date
  /** The newest slot that has run; absent: none. */
  lastSlotAt?: Date
  now: Date
  /** Runs that are open. */
  open?: OpenRun[]
  environmentName?: string
  /** Runs taken of one schedule at once. */
  limit?: number
}

/** What a pass at that moment decides. Slots ahead of `now` are not looked at, as peers do not. */
export function decideAt(moment: Moment): Decision {
  const { createdAt, lastSlotAt = null, now, open = [], environmentName = 'test', limit = 100 } = moment
  const row = aSchedule({ ...moment.schedule, historyFrom: createdAt, lastSlotAt, createdAt })
  const nextRunAt = moment.schedule.nextRunAt ?? firstSlotAfter(row, lastSlotAt ?? createdAt)
  return decide(
    { now, schedule: { ...row, nextRunAt }, open, waiting: [] },
    rules({ until: now, environmentName, limit }),
  )
}

/** The slots that a pass at that moment takes, and those of the same pass that follow once each has ended. */
export function slotsRunAt(moment: Moment): Date[] {
  const slots: Date[] = []
  let { schedule, lastSlotAt } = moment
  for (let step = 0; step < 1000; step += 1) {
    const { take, more } = decideAt({ ...moment, schedule, ...(lastSlotAt === undefined ? {} : { lastSlotAt }) })
    slots.push(...take.slots.map(({ scheduledFor }) => scheduledFor))
    if (!more || take.slots.length === 0) return slots
    schedule = { ...schedule, nextRunAt: take.set?.nextRunAt ?? null }
    lastSlotAt = take.set?.lastSlotAt ?? lastSlotAt
  }
  return slots
}

/** A run of an earlier slot, held by another pass. */
export function openRun(scheduledFor: Date): OpenRun {
  const run = aRun({
    status: 'RUNNING',
    passId: 1,
    attempt: 1,
    scheduledFor,
    createdAt: scheduledFor,
    startedAt: scheduledFor,
  })
  return { ...run, passStartedAt: scheduledFor }
}
