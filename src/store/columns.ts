import type { Run, RunHead } from '../domain/run.js'
import type { JobRow, Schedule } from '../domain/schedule.js'
import type { Row, SqlValue } from './database.js'

// JSON.stringify escapes nothing else so; the backslash is no escaped one itself.
const HALF_PAIR = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** How a column's value is stored; 'list' is JSON that reads as [] when NULL. */
type Kind = 'text' | 'number' | 'flag' | 'instant' | 'json' | 'list'
type AnyColumns = Readonly<Record<string, Kind>>
export type Columns<T> = Readonly<Record<Extract<keyof T, string>, Kind>>

export const SCHEDULE: Columns<Schedule> = {
  id: 'text',
  description: 'text',
  cron: 'text',
  timezone: 'text',
  executionMode: 'text',
  jobGroup: 'text',
  jobNames: 'json',
  params: 'json',
  enabled: 'flag',
  pausedReason: 'text',
  pausedUntil: 'instant',
  priority: 'number',
  catchUp: 'text',
  catchUpWindowMs: 'number',
  catchUpLimit: 'number',
  overlap: 'text',
  jitterMs: 'number',
  startsAt: 'instant',
  endsAt: 'instant',
  environments: 'json',
  jobConcurrency: 'number',
  pauseAfterFailures: 'number',
  firstRun: 'text',
  nextRunAt: 'instant',
  lastSlotAt: 'instant',
  lastRunAt: 'instant',
  lastFinishedSlotAt: 'instant',
  lastStatus: 'text',
  lastError: 'text',
  consecutiveFailures: 'number',
  source: 'text',
  configName: 'text',
  definitionHash: 'text',
  orphaned: 'flag',
  historyFrom: 'instant',
  createdAt: 'instant',
  updatedAt: 'instant',
}

export const RUN_HEAD: Columns<RunHead> = {
  id: 'text',
  scheduleId: 'text',
  jobName: 'text',
  trigger: 'text',
  status: 'text',
  reason: 'text',
  scheduledFor: 'instant',
  firstSlot: 'instant',
  slotCount: 'number',
  attempt: 'number',
  maxAttempts: 'number',
  crashes: 'number',
  availableAt: 'instant',
  priority: 'number',
  passId: 'number',
  createdAt: 'instant',
  startedAt: 'instant',
  params: 'json',
  requestedBy: 'text',
  cancelRequestedAt: 'instant',
  attempts: 'list',
}

export const RUN: Columns<Run> = {
  ...RUN_HEAD,
  finishedAt: 'instant',
  durationMs: 'number',
  progress: 'json',
  output: 'json',
  error: 'text',
  log: 'text',
}

export const JOB: Columns<JobRow> = {
  name: 'text',
  jobGroup: 'text',
  description: 'text',
  configName: 'text',
  position: 'number',
  definitionHash: 'text',
  orphaned: 'flag',
}

/** A select list; `alias` is the table's. */
export function selectList(columns: AnyColumns, alias?: string): string {
  const prefix = alias === undefined ? '' : `${alias}.`
  return Object.keys(columns)
    .map((name) => `${prefix}\`${name}\``)
    .join(', ')
}

/** A row as its domain object. */
export function fromRow<T>(columns: Columns<T>, row: Row): T {
  const object: Record<string, unknown> = {}
  for (const [name, kind] of entriesOf(columns)) object[name] = decode(kind, row[name])
  return object as T
}

/** The given properties (those that are absent stay absent) as column values. */
export function toValues<T>(columns: Columns<T>, object: Partial<T>): Record<string, SqlValue> {
  const values: Record<string, SqlValue> = {}
  for (const [name, kind] of entriesOf(columns)) {
    const value = (object as Record<string, unknown>)[name]
    if (value !== undefined) values[name] = encode(kind, value)
  }
  return values
}

const entries = new WeakMap<object, [name: string, kind: Kind][]>()

function entriesOf(columns: AnyColumns): [name: string, kind: Kind][] {
  let known = entries.get(columns)
  if (known === undefined) entries.set(columns, (known = Object.entries<Kind>(columns)))
  return known
}

/** Null for NULL, and for what is no instant. */
export function instantOf(value: unknown): Date | null {
  if (value instanceof Date) return value
  if (typeof value === 'number') return new Date(value)
  if (typeof value !== 'string') return null
  const text = value.trim().replace(' ', 'T')
  // Written by hand in SQLite's own form: no zone means UTC.
  const instant = new Date(
    /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.includes('T') ? text : `${text}T00:00:00`}Z`,
  )
  return Number.isNaN(instant.getTime()) ? null : instant
}

/** Like `instantOf` for columns that are never NULL. */
export function requiredInstant(value: unknown): Date {
  const instant = instantOf(value)
  if (instant === null) throw new TypeError('an instant is missing where the database always has one')
  return instant
}

/** Half a surrogate pair, which MySQL and MariaDB do not take, becomes the replacement character, as in any other text. */
export function encodeJson(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return JSON.stringify(value).replaceAll(HALF_PAIR, '$1\\ufffd')
}

function decode(kind: Kind, value: unknown): unknown {
  switch (kind) {
    case 'text':
      return value ?? null
    case 'number':
      return value === null || value === undefined ? null : Number(value)
    case 'flag':
      return Number(value) === 1
    case 'instant':
      return instantOf(value)
    case 'json':
      return decodeJson(value)
    case 'list':
      return decodeJson(value) ?? []
  }
}

function decodeJson(value: unknown): unknown {
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : (value ?? null)
}

function encode(kind: Kind, value: unknown): SqlValue {
  return kind === 'json' || kind === 'list' ? encodeJson(value) : (value as SqlValue)
}
