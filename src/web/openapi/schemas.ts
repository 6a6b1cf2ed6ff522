import { ROLES } from '../../access/role.js'
import { RUN_STATUSES } from '../../domain/run.js'
import { SCHEDULE, SCHEDULE_SUMMARY } from './schedule-schemas.js'
import {
  ANYTHING,
  FLAG,
  INSTANT,
  list,
  object,
  orNull,
  reference,
  TEXT,
  WHOLE,
  words,
  type JsonSchema,
} from './schema-parts.js'

const RUN_STATUS = words(...RUN_STATUSES)
const TRIGGER = words('CRON', 'MANUAL', 'BACKFILL')
const REASON = words(
  ...['overlap', 'paused', 'condition', 'environment', 'coalesced', 'window', 'limit', 'edited', 'superseded'],
  ...['replaced', 'requested', 'retry', 'crashed', 'interrupted'],
)

const RUN_HEAD = {
  id: { ...TEXT, description: 'UUIDv7' },
  scheduleId: TEXT,
  jobName: { ...TEXT, description: '`*`: adjacent slots that did not run' },
  trigger: TRIGGER,
  status: RUN_STATUS,
  reason: orNull(REASON),
  scheduledFor: { ...orNull(INSTANT), description: 'The slot; null for requests' },
  firstSlot: orNull(INSTANT),
  slotCount: WHOLE,
  attempt: WHOLE,
  maxAttempts: WHOLE,
  crashes: WHOLE,
  availableAt: { ...orNull(INSTANT), description: 'Waits for any pass from then on' },
  priority: WHOLE,
  passId: orNull(WHOLE),
  createdAt: INSTANT,
  startedAt: orNull(INSTANT),
  requestedBy: orNull(TEXT),
  cancelRequestedAt: orNull(INSTANT),
}

const RUN_SUMMARY = {
  ...RUN_HEAD,
  finishedAt: orNull(INSTANT),
  durationMs: orNull(WHOLE),
  progress: orNull(reference('Progress')),
  error: orNull(TEXT),
}

const RUN_BULK = {
  output: ANYTHING,
  log: { ...orNull(TEXT), description: 'The last 64 KiB' },
  params: ANYTHING,
  attempts: list(reference('Attempt')),
}

const FIGURES = { due: WHOLE, executed: WHOLE, failed: WHOLE, skipped: WHOLE, deferred: WHOLE, exitCode: WHOLE }

/** What answers hold, by name. */
export const SCHEMAS: Record<string, JsonSchema> = {
  Error: object({ error: object({ code: TEXT, message: TEXT, fix: TEXT }, ['fix']) }),
  Session: object({ role: words(...ROLES), subject: TEXT, expiresAt: INSTANT, csrfToken: TEXT }),
  Progress: object({ fraction: { type: 'number' }, note: orNull(TEXT) }),
  Attempt: object({
    number: WHOLE,
    status: words('COMPLETED', 'FAILED', 'TIMED_OUT', 'ABANDONED', 'INTERRUPTED', 'CANCELLED'),
    startedAt: INSTANT,
    finishedAt: orNull(INSTANT),
    durationMs: orNull(WHOLE),
    passId: orNull(WHOLE),
    error: orNull(TEXT),
  }),
  RunSummary: object(RUN_SUMMARY),
  Run: object({ ...RUN_SUMMARY, ...RUN_BULK }),
  RequestedRun: object({ ...RUN_HEAD, params: ANYTHING, attempts: list(reference('Attempt')) }),
  RunPage: object({ runs: list(reference('RunSummary')), nextCursor: orNull(TEXT) }),
  Schedule: object(SCHEDULE),
  ScheduleSummary: object(SCHEDULE_SUMMARY),
  SchedulePage: object({
    now: INSTANT,
    globalPause: orNull(reference('GlobalPause')),
    schedules: list(reference('ScheduleSummary')),
    total: { ...WHOLE, description: 'Of all that match, on this page or not' },
  }),
  ScheduleDetails: object({
    ...SCHEDULE_SUMMARY,
    jobs: list(TEXT),
    durations: orNull(reference('Durations')),
    slots: list(reference('Slot')),
    cadenceAdvice: orNull(TEXT),
  }),
  GlobalPause: object({ at: orNull(INSTANT), reason: orNull(TEXT), until: orNull(INSTANT) }),
  Durations: object({ count: WHOLE, averageMs: WHOLE, p50Ms: WHOLE, p95Ms: WHOLE, maxMs: WHOLE, lastMs: WHOLE }),
  Slot: object({
    scheduledFor: INSTANT,
    firstSlot: orNull(INSTANT),
    slotCount: WHOLE,
    status: RUN_STATUS,
    reason: orNull(REASON),
    runs: WHOLE,
    durationMs: orNull(WHOLE),
    startedAt: orNull(INSTANT),
  }),
  NextSlots: object({
    scheduleId: TEXT,
    timezone: TEXT,
    slots: list(object({ at: INSTANT, note: orNull(TEXT) })),
  }),
  Pass: object(
    {
      id: WHOLE,
      kind: words('PASS', 'WORKER', 'MANUAL'),
      host: TEXT,
      pid: WHOLE,
      version: TEXT,
      configName: orNull(TEXT),
      startedAt: INSTANT,
      finishedAt: orNull(INSTANT),
      leaseUntil: orNull(INSTANT),
      status: words('RUNNING', 'FINISHED', 'IDLE', 'LOST', 'INTERRUPTED'),
      ...FIGURES,
    },
    Object.keys(FIGURES),
  ),
  PassPage: object({ passes: list(reference('Pass')), nextCursor: orNull(TEXT) }),
  Overview: object({
    now: INSTANT,
    lastPass: orNull(reference('Pass')),
    lastSignOfLifeAt: orNull(INSTANT),
    overdueSince: { ...orNull(INSTANT), description: 'Set when no pass came for twice the expected interval' },
    expectedPassAt: orNull(INSTANT),
    pollIntervalMs: WHOLE,
    globalPause: orNull(reference('GlobalPause')),
    schedules: object({ total: WHOLE, active: WHOLE, paused: WHOLE, orphaned: WHOLE, failing: WHOLE, due: WHOLE }),
    open: object({ running: WHOLE, queued: WHOLE, pending: WHOLE }),
    lastDay: object(Object.fromEntries(RUN_STATUSES.map((status) => [status, WHOLE])), RUN_STATUSES),
    running: list(reference('RunSummary')),
    failing: list(
      object({
        id: TEXT,
        lastStatus: orNull(RUN_STATUS),
        lastError: orNull(TEXT),
        lastRunAt: orNull(INSTANT),
        consecutiveFailures: WHOLE,
      }),
    ),
    next: orNull(object({ scheduleId: TEXT, at: INSTANT })),
  }),
  Timeline: object({
    from: INSTANT,
    to: INSTANT,
    runs: list(
      object({
        id: TEXT,
        scheduleId: TEXT,
        jobName: TEXT,
        trigger: TRIGGER,
        status: RUN_STATUS,
        startedAt: orNull(INSTANT),
        finishedAt: orNull(INSTANT),
        passId: orNull(WHOLE),
      }),
    ),
  }),
  AuditPage: object({
    events: list(
      object({
        id: WHOLE,
        at: INSTANT,
        actor: TEXT,
        action: TEXT,
        scheduleId: orNull(TEXT),
        runId: orNull(TEXT),
        detail: ANYTHING,
      }),
    ),
    nextCursor: orNull(TEXT),
  }),
  Requested: object({ runs: list(reference('RequestedRun')), expectedPassAt: orNull(INSTANT) }),
  Resumed: object({ schedule: reference('Schedule'), wasPaused: FLAG, skippedSlots: WHOLE }),
  ResumedAll: object({
    wasPaused: FLAG,
    skippedSlots: WHOLE,
    stillPaused: { ...list(TEXT), description: 'Ids of schedules that were paused one by one' },
  }),
  Backfill: object({
    scheduleId: TEXT,
    jobs: list(TEXT),
    slots: { ...list(INSTANT), description: 'Slots of the period without a run, oldest first' },
    slotsWithRun: WHOLE,
    historyFrom: { ...INSTANT, description: 'Before it the database cannot know what ran' },
    runs: list(reference('RequestedRun')),
  }),
  Cancelled: object({
    outcome: {
      ...words('cancelled', 'requested'),
      description: 'cancelled: it waited and will not run; requested: it is asked to stop',
    },
    runId: TEXT,
  }),
  RequestBody: object({ job: { ...TEXT, description: 'Only this job' }, params: ANYTHING }, ['job', 'params']),
  PauseBody: object({ reason: { ...TEXT, maxLength: 1000 }, until: INSTANT }, ['reason', 'until']),
  BackfillBody: object({ from: INSTANT, to: INSTANT, dryRun: FLAG }, ['dryRun']),
}
