import type { RunStatus } from '../../src/domain/run.js'

const FIVE_MINUTES_MS = 300_000
const DAY_MS = 86_400_000
/** Days of history that are about a million runs. */
export const DAYS = 30
export const SCHEDULES = 1000
const LONG_LOG = 'one line of what a chatty job writes\n'.repeat(1770)

/** A row of a table, by its columns. */
export type Row = Record<string, string | number | Date | null>

interface Kind {
  cron: string
  everyMs: number
  count: number
  jobs: (index: number) => string[]
}

const own = (index: number): string[] => [`job-${index % 200}`]

// Few run often, most hourly; `report` belongs to many schedules, `nightly` to many that run rarely.
const KINDS: readonly Kind[] = [
  { cron: '*/5 * * * *', everyMs: FIVE_MINUTES_MS, count: 30, jobs: own },
  { cron: '*/15 * * * *', everyMs: 3 * FIVE_MINUTES_MS, count: 112, jobs: own },
  { cron: '0 * * * *', everyMs: DAY_MS / 24, count: 458, jobs: own },
  { cron: '0 */4 * * *', everyMs: DAY_MS / 6, count: 200, jobs: (index) => [...own(index), 'report'] },
  { cron: '0 0 * * *', everyMs: DAY_MS, count: 200, jobs: () => ['nightly'] },
]

interface Seeded extends Kind {
  id: string
  names: string[]
}

const seeded: readonly Seeded[] = KINDS.flatMap((kind) => Array.from({ length: kind.count }, () => kind)).map(
  (kind, index) => ({ ...kind, id: scheduleId(index), names: kind.jobs(index) }),
)

/** The id of one of the 1,000; the first 30 have nearly 10,000 runs each. */
export function scheduleId(index: number): string {
  return `team-${index % 40}/schedule-${index}`
}

export function scheduleRows(now: Date, random: () => number): Row[] {
  const common = { timezone: 'UTC', executionMode: 'JOB_LIST', configName: 'default', definitionHash: 'x' }
  return seeded.map(({ id, cron, names, everyMs }, index) => {
    const last = new Date(Math.floor(now.getTime() / everyMs) * everyMs)
    const isFailing = random() < 0.05
    const isPaused = index % 50 === 49
    return {
      ...common,
      id,
      cron,
      description: `What schedule ${index} is for`,
      jobNames: JSON.stringify(names),
      enabled: isPaused ? 0 : 1,
      pausedReason: isPaused ? 'being moved' : null,
      nextRunAt: isPaused ? null : new Date(last.getTime() + everyMs),
      lastSlotAt: last,
      lastRunAt: last,
      lastFinishedSlotAt: last,
      lastStatus: isFailing ? 'FAILED' : 'COMPLETED',
      lastError: isFailing ? 'answered 502 Bad Gateway' : null,
      consecutiveFailures: isFailing ? 1 + Math.floor(random() * 9) : 0,
      historyFrom: new Date(now.getTime() - DAYS * DAY_MS),
    }
  })
}

export function jobRows(): Row[] {
  const names = [...new Set(seeded.flatMap((schedule) => schedule.names))]
  return names.map((name, position) => ({ name, position, configName: 'default', definitionHash: 'x' }))
}

export function passRows(now: Date): Row[] {
  return slotTimes(now, DAYS).map((slotMs, index) => ({
    id: index + 1,
    host: 'runner',
    pid: 17,
    version: '0.1.0',
    status: 'FINISHED',
    startedAt: new Date(slotMs + 2000),
    finishedAt: new Date(slotMs + 90_000),
    due: 40,
    executed: 40,
    exitCode: 0,
  }))
}

/** Every run of so many days, oldest first, then those that wait and those under way. */
export function* runRows(now: Date, days: number, random: () => number): Generator<Row> {
  for (const [index, slotMs] of slotTimes(now, days).entries()) {
    for (const schedule of seeded) {
      if (slotMs % schedule.everyMs !== 0) continue
      yield* slotRows(schedule, new Date(slotMs), index + 1, random)
    }
    if (random() < 0.9) yield manualRow(seeded[Math.floor(random() * SCHEDULES)] ?? seeded[0]!, slotMs, random)
  }
  for (const schedule of seeded.slice(100, 140)) yield waitingRow(schedule, now, random)
  for (const schedule of seeded.slice(200, 212)) yield runningRow(schedule, now, random)
}

function slotTimes(now: Date, days: number): number[] {
  const last = Math.floor(now.getTime() / FIVE_MINUTES_MS) * FIVE_MINUTES_MS
  const count = Math.round((days * DAY_MS) / FIVE_MINUTES_MS)
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * FIVE_MINUTES_MS)
}

function* slotRows(schedule: Seeded, scheduledFor: Date, passId: number, random: () => number): Generator<Row> {
  const { id, names } = schedule
  const fate = random()
  const recordedMs = scheduledFor.getTime() + 2000 + random() * 80_000
  if (fate < 0.02) {
    const at = new Date(recordedMs)
    const [status, reason, slotCount] = fate < 0.01 ? ['SKIPPED', 'overlap', 1] : ['MISSED', 'coalesced', 12]
    const firstSlot = slotCount === 1 ? null : new Date(scheduledFor.getTime() - 11 * schedule.everyMs)
    const written = { jobName: '*', status, reason, scheduledFor, firstSlot, slotCount, createdAt: at, finishedAt: at }
    yield { id: uuid(recordedMs, random), scheduleId: id, ...written }
    return
  }
  for (const jobName of names) {
    yield { ...ended(schedule, recordedMs, statusOf(random()), random), jobName, scheduledFor, passId }
  }
}

function statusOf(fate: number): RunStatus {
  if (fate < 0.03) return 'FAILED'
  if (fate < 0.035) return 'TIMED_OUT'
  if (fate < 0.037) return 'ABANDONED'
  if (fate < 0.038) return 'INTERRUPTED'
  return fate < 0.04 ? 'CANCELLED' : 'COMPLETED'
}

function ended({ id }: Seeded, recordedMs: number, status: RunStatus, random: () => number): Row {
  const durationMs = Math.round(200 + random() * random() * 60_000)
  const [createdAt, finishedAt] = [new Date(recordedMs), new Date(recordedMs + durationMs)]
  const error =
    status === 'COMPLETED'
      ? null
      : `Error: answered 502 Bad Gateway\n${'    at call (/app/jobs/work.js:12:3)\n'.repeat(6)}`
  const times = { startedAt: createdAt.toISOString(), finishedAt: finishedAt.toISOString(), durationMs }
  return {
    id: uuid(recordedMs, random),
    scheduleId: id,
    status,
    attempt: 1,
    createdAt,
    startedAt: createdAt,
    finishedAt,
    durationMs,
    output: `{"rows": ${Math.round(random() * 900)}}`,
    error,
    log: random() < 0.0002 ? LONG_LOG : `reading\nwrote ${Math.round(random() * 900)} rows\n`,
    attempts: JSON.stringify([{ number: 1, status, ...times, passId: 1, error }]),
  }
}

function manualRow(schedule: Seeded, slotMs: number, random: () => number): Row {
  const recordedMs = slotMs + 90_000 + random() * 60_000
  const jobName = schedule.names[0] ?? ''
  return { ...ended(schedule, recordedMs, 'COMPLETED', random), jobName, trigger: 'MANUAL', requestedBy: 'web:dana' }
}

// A retry that no pass takes soon: passes are to be measured without it.
function waitingRow({ id, names }: Seeded, now: Date, random: () => number): Row {
  const availableAt = new Date(now.getTime() + DAY_MS)
  const row = { scheduleId: id, jobName: names[0] ?? '', trigger: 'MANUAL', status: 'PENDING', requestedBy: 'web:sam' }
  return { ...row, id: uuid(now.getTime(), random), createdAt: now, availableAt }
}

function runningRow({ id, names }: Seeded, now: Date, random: () => number): Row {
  const progress = JSON.stringify({ fraction: 0.4, note: 'table orders' })
  const row = { scheduleId: id, jobName: names[0] ?? '', trigger: 'MANUAL', status: 'RUNNING', attempt: 1, progress }
  return { ...row, id: uuid(now.getTime(), random), createdAt: now, startedAt: now }
}

function uuid(ms: number, random: () => number): string {
  const hex = (digits: number): string =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  const time = Math.floor(ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`
}
