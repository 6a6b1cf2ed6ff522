import { RUN_STATUSES } from '../../domain/run.js'
import { ANYTHING, FLAG, INSTANT, list, orNull, TEXT, WHOLE, words } from './schema-parts.js'

/** A row of JobSchedule. */
export const SCHEDULE = {
  id: TEXT,
  description: orNull(TEXT),
  cron: TEXT,
  timezone: TEXT,
  executionMode: words('ALL_JOBS', 'JOB_GROUP', 'JOB_LIST'),
  jobGroup: orNull(TEXT),
  jobNames: orNull(list(TEXT)),
  params: ANYTHING,
  enabled: FLAG,
  priority: WHOLE,
  catchUp: words('latest', 'all', 'skip'),
  catchUpWindowMs: orNull(WHOLE),
  catchUpLimit: WHOLE,
  overlap: words('wait', 'skip', 'allow', 'replace'),
  jitterMs: WHOLE,
  startsAt: orNull(INSTANT),
  endsAt: orNull(INSTANT),
  environments: orNull(list(TEXT)),
  jobConcurrency: WHOLE,
  pauseAfterFailures: orNull(WHOLE),
  firstRun: words('next', 'immediately'),
  pausedReason: orNull(TEXT),
  pausedUntil: orNull(INSTANT),
  nextRunAt: orNull(INSTANT),
  lastSlotAt: orNull(INSTANT),
  lastRunAt: orNull(INSTANT),
  lastFinishedSlotAt: orNull(INSTANT),
  lastStatus: orNull(words(...RUN_STATUSES)),
  lastError: orNull(TEXT),
  consecutiveFailures: WHOLE,
  source: words('CODE', 'DATABASE'),
  configName: orNull(TEXT),
  definitionHash: TEXT,
  orphaned: FLAG,
  historyFrom: INSTANT,
  createdAt: INSTANT,
  updatedAt: INSTANT,
}

/** The same with what it is doing. */
export const SCHEDULE_SUMMARY = {
  ...SCHEDULE,
  state: words('orphaned', 'paused', 'running', 'due', 'waiting', 'ended'),
  runningRuns: WHOLE,
  waitingRuns: { ...WHOLE, description: 'Queued, requested, reserved or waiting for a retry' },
  cronInWords: orNull(TEXT),
}
