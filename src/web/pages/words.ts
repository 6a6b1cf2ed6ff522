import type { RunReason, RunStatus, Trigger } from '../../domain/run.js'
import type { ScheduleState } from '../../queries/queries.js'

/** What a status is about, which decides its colour and its mark. */
export type Tone = 'good' | 'bad' | 'late' | 'busy' | 'wait' | 'quiet'

export const STATUS_WORDS: Record<RunStatus, string> = {
  PENDING: 'Waiting',
  QUEUED: 'Queued',
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  TIMED_OUT: 'Timed out',
  ABANDONED: 'Abandoned',
  INTERRUPTED: 'Interrupted',
  SKIPPED: 'Skipped',
  MISSED: 'Missed',
  CANCELLED: 'Cancelled',
}

export const STATUS_TONES: Record<RunStatus, Tone> = {
  PENDING: 'wait',
  QUEUED: 'wait',
  RUNNING: 'busy',
  COMPLETED: 'good',
  FAILED: 'bad',
  TIMED_OUT: 'bad',
  ABANDONED: 'bad',
  INTERRUPTED: 'late',
  SKIPPED: 'quiet',
  MISSED: 'late',
  CANCELLED: 'quiet',
}

export const STATE_WORDS: Record<ScheduleState, { word: string; tone: Tone }> = {
  running: { word: 'Running', tone: 'busy' },
  due: { word: 'Due', tone: 'busy' },
  waiting: { word: 'Scheduled', tone: 'wait' },
  paused: { word: 'Paused', tone: 'late' },
  orphaned: { word: 'Orphaned', tone: 'quiet' },
  ended: { word: 'Ended', tone: 'quiet' },
}

export const REASON_WORDS: Record<RunReason, string> = {
  overlap: 'the previous slot was still running',
  paused: 'the schedule was paused',
  condition: 'its condition said no, or failed',
  environment: 'not meant for this environment',
  coalesced: 'a newer slot ran instead',
  window: 'older than the catch-up window',
  limit: 'over the catch-up limit',
  edited: 'the schedule was edited before it ran',
  superseded: 'a newer slot of the job started first',
  replaced: 'a newer slot took its place',
  requested: 'cancelled by a person',
  retry: 'waiting to be tried again',
  crashed: 'its process died; it will go on',
  interrupted: 'it was stopped; it will go on',
}

export const TRIGGER_WORDS: Record<Trigger, string> = { CRON: 'Schedule', MANUAL: 'Request', BACKFILL: 'Backfill' }
