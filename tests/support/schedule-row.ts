import type { Schedule, ScheduleDefinition } from '../../src/domain/schedule.js'

/** What a definition says that gives nothing but an id and a cron expression. */
export const DEFINITION_DEFAULTS = {
  description: null,
  timezone: 'UTC',
  executionMode: 'ALL_JOBS',
  jobGroup: null,
  jobNames: null,
  params: null,
  enabled: true,
  priority: 0,
  catchUp: 'latest',
  catchUpWindowMs: null,
  catchUpLimit: 100,
  overlap: 'wait',
  jitterMs: 0,
  startsAt: null,
  endsAt: null,
  environments: null,
  jobConcurrency: 1,
  pauseAfterFailures: null,
  firstRun: 'next',
} satisfies Omit<ScheduleDefinition, 'id' | 'cron'>

/** A row of JobSchedule for which nothing has happened yet; hourly unless told otherwise. */
export function scheduleRow(change: Partial<Schedule> & Pick<Schedule, 'historyFrom' | 'nextRunAt'>): Schedule {
  return {
    ...DEFINITION_DEFAULTS,
    id: 'hourly',
    cron: '0 * * * *',
    pausedReason: null,
    pausedUntil: null,
    lastSlotAt: null,
    lastRunAt: null,
    lastFinishedSlotAt: null,
    lastStatus: null,
    lastError: null,
    consecutiveFailures: 0,
    source: 'CODE',
    configName: 'default',
    definitionHash: 'hash',
    orphaned: false,
    createdAt: change.historyFrom,
    updatedAt: change.historyFrom,
    ...change,
  }
}
