import type { RunHead } from '../../src/domain/run.js'
import type { Schedule } from '../../src/domain/schedule.js'
import type { DecisionRules } from '../../src/pass/decide.js'
import type { LockedSchedule, OpenRun } from '../../src/store/store.js'
import { scheduleRow } from '../support/schedule-row.js'

/** An instant of 2026-11-24 in UTC: `at('03:00')`. */
export function at(time: string, day = '2026-11-24'): Date {
  return new Date(`${day}T${time.length === 5 ? `${time}:00` : time}Z`)
}

export function aSchedule(change: Partial<Schedule> = {}): Schedule {
  return scheduleRow({
    executionMode: 'JOB_LIST',
    jobNames: ['work'],
    historyFrom: at('00:30'),
    lastSlotAt: at('02:00'),
    nextRunAt: at('03:00'),
    ...change,
  })
}

export function aRun(change: Partial<RunHead> = {}): RunHead {
  return {
    id: '019abcde-0000-7000-8000-000000000001',
    scheduleId: 'hourly',
    jobName: 'work',
    trigger: 'CRON',
    status: 'PENDING',
    reason: null,
    scheduledFor: at('02:00'),
    firstSlot: null,
    slotCount: 1,
    attempt: 0,
    maxAttempts: 1,
    crashes: 0,
    availableAt: null,
    priority: 0,
    passId: null,
    createdAt: at('02:00:01'),
    startedAt: null,
    params: null,
    requestedBy: null,
    cancelRequestedAt: null,
    attempts: [],
    ...change,
  }
}

export function locked(
  schedule: Partial<Schedule>,
  { open = [], ...change }: Partial<Omit<LockedSchedule, 'open'>> & { open?: (RunHead & Partial<OpenRun>)[] } = {},
): LockedSchedule {
  const held = open.map((run): OpenRun => ({ passStartedAt: null, ...run }))
  return { now: at('03:00:01'), schedule: aSchedule(schedule), open: held, waiting: [], ...change }
}

export function rules(change: Partial<DecisionRules> = {}): DecisionRules {
  return {
    passId: 7,
    until: at('03:00:06'),
    configName: 'default',
    pollIntervalMs: 3_600_000,
    environmentName: 'test',
    globalPause: null,
    limit: 8,
    selectJobs: (schedule) => ({ names: schedule.jobNames ?? [], missing: [] }),
    hasJob: () => true,
    maxAttempts: () => 1,
    ...change,
  }
}
