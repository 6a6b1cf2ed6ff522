import type { JsonValue } from '../domain/json.js'
import type { PassKind, PassRow, PassStatus } from '../domain/pass.js'
import type { Attempt, Run, RunReason, RunStatus, Trigger } from '../domain/run.js'
import type { CatchUp, ExecutionMode, JobRow, Overlap, Schedule, ScheduleSource } from '../domain/schedule.js'
import type * as Row from './generated/mysql/client.js'
import type { AuditEvent, PauseOfAll, RunSummary } from './queries.js'

export function toSchedule(row: Row.JobSchedule): Schedule {
  return {
    ...row,
    executionMode: row.executionMode as ExecutionMode,
    jobNames: row.jobNames as string[] | null,
    params: row.params as JsonValue,
    catchUp: row.catchUp as CatchUp,
    catchUpWindowMs: toNumber(row.catchUpWindowMs),
    overlap: row.overlap as Overlap,
    jitterMs: Number(row.jitterMs),
    environments: row.environments as string[] | null,
    firstRun: row.firstRun as Schedule['firstRun'],
    lastStatus: row.lastStatus as RunStatus | null,
    source: row.source as ScheduleSource,
  }
}

export function toJob(row: Row.Job): JobRow {
  const { name, jobGroup, description, configName, position, definitionHash, orphaned } = row
  return { name, jobGroup, description, configName, position, definitionHash, orphaned }
}

/** Columns of a run that a list shows; its texts can be megabytes. */
export const RUN_SUMMARY = {
  id: true,
  scheduleId: true,
  jobName: true,
  trigger: true,
  status: true,
  reason: true,
  scheduledFor: true,
  firstSlot: true,
  slotCount: true,
  attempt: true,
  maxAttempts: true,
  crashes: true,
  availableAt: true,
  priority: true,
  passId: true,
  createdAt: true,
  startedAt: true,
  finishedAt: true,
  durationMs: true,
  progress: true,
  requestedBy: true,
  cancelRequestedAt: true,
} as const

export function toRunSummary(row: Pick<Row.JobRun, keyof typeof RUN_SUMMARY>, error: string | null): RunSummary {
  return {
    ...row,
    trigger: row.trigger as Trigger,
    status: row.status as RunStatus,
    reason: row.reason as RunReason | null,
    durationMs: toNumber(row.durationMs),
    progress: row.progress as Run['progress'],
    error,
  }
}

export function toRun(row: Row.JobRun): Run {
  return {
    ...row,
    ...toRunSummary(row, row.error),
    output: row.output as JsonValue,
    params: row.params as JsonValue,
    attempts: (row.attempts ?? []) as unknown as Attempt[],
  }
}

export function toPass(row: Row.RunnerPass): PassRow {
  const { exitCode, ...pass } = row
  return {
    ...pass,
    kind: row.kind as PassKind,
    status: row.status as PassStatus,
    ...(exitCode === null ? {} : { exitCode }),
  }
}

export function toAuditEvent(row: Row.AuditEvent): AuditEvent {
  return { ...row, detail: row.detail as JsonValue }
}

/** RunnerSetting `pause`; null once its `until` has passed. */
export function toPauseOfAll(value: unknown, now: Date): PauseOfAll | null {
  if (typeof value !== 'object' || value === null) return null
  const { at, reason, until } = value as Record<string, unknown>
  const pause = { at: toDate(at), reason: typeof reason === 'string' ? reason : null, until: toDate(until) }
  return pause.until !== null && pause.until <= now ? null : pause
}

function toDate(value: unknown): Date | null {
  return typeof value === 'string' || typeof value === 'number' ? new Date(value) : null
}

function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value)
}
