import type { Project } from '../scenarios/project.js'

/** What must be zero (or at most one) whatever happened to the passes. */
export interface Account {
  runs: number
  slots: number
  effects: number
  /** Slots of a job that have more than one row, or a row and a write-off. */
  duplicates: number
  /** Minutes that no row accounts for. */
  gaps: number
  /** Most effects of one slot of the at-most-once job. */
  mostOnce: number
  /** Effects whose run has no row. */
  unrecorded: number
  /** Completed runs without an effect. */
  hollow: number
  /** Runs of the at-least-once job that ended otherwise than completed. */
  unfinished: number
  /** Runs that are RUNNING or reserved after everything has ended. */
  stuck: number
  /** At-most-once runs that ended abandoned. */
  abandoned: number
  /** Effects of at-least-once runs beyond the first. */
  repeated: number
}

const MINUTE = 60_000
const iso = (value: unknown): string => new Date(String(value)).toISOString()

/** Compares the rows with the file of effects, minute by minute from `base` on. */
export async function account(project: Project, base: Date, wrong: (what: unknown) => void): Promise<Account> {
  const rows = await project.sql(
    'SELECT id, scheduleId, jobName, status, reason, `trigger` AS cause, firstSlot, scheduledFor, slotCount, availableAt, attempt, error FROM JobRun',
  )
  const schedules = await project.sql('SELECT id, lastSlotAt FROM JobSchedule WHERE lastSlotAt IS NOT NULL')
  const effects = project.effects().map((line) => line.split(' '))
  const covered = new Map<string, number>()
  for (const row of rows) if (row['cause'] === 'CRON') for (const key of keysOf(row)) bump(covered, key)
  const slots = schedules.flatMap((schedule) => expected(String(schedule['id']), base, iso(schedule['lastSlotAt'])))
  const byRun = new Map<string, number>()
  for (const [, , , runId = ''] of effects) bump(byRun, runId)
  const twice = [...covered].filter(([, times]) => times > 1).map(([key]) => key)
  for (const key of twice)
    wrong({ twice: key, rows: rows.filter((row) => row['cause'] === 'CRON' && keysOf(row).includes(key)) })
  for (const key of slots.filter((each) => !covered.has(each)).slice(0, 20)) wrong({ gap: key })
  const ids = new Set(rows.map((row) => String(row['id'])))
  const isJob = (row: Record<string, unknown>, name: string) => row['jobName'] === name && row['cause'] === 'CRON'
  const effectsOf = (row: Record<string, unknown>) => byRun.get(String(row['id'])) ?? 0
  const unfinished = rows.filter(
    (row) => isJob(row, 'least') && !['COMPLETED', 'PENDING'].includes(String(row['status'])) && !wasReplaced(row),
  )
  for (const row of unfinished) wrong({ unfinished: row })
  return {
    runs: rows.length,
    slots: slots.length,
    effects: effects.length,
    duplicates: twice.length,
    gaps: slots.filter((key) => !covered.has(key)).length,
    mostOnce: mostEffects(effects),
    unrecorded: [...byRun.keys()].filter((id) => !ids.has(id)).length,
    hollow: rows.filter((row) => row['status'] === 'COMPLETED' && effectsOf(row) === 0).length,
    unfinished: unfinished.length,
    stuck: rows.filter(
      (row) => row['status'] === 'RUNNING' || (row['status'] === 'PENDING' && row['availableAt'] === null),
    ).length,
    abandoned: rows.filter((row) => row['jobName'] === 'most' && row['status'] === 'ABANDONED').length,
    repeated: rows
      .filter((row) => row['jobName'] === 'least')
      .reduce((sum, row) => sum + Math.max(0, effectsOf(row) - 1), 0),
  }
}

/** A newer slot of this schedule ends what is open: so it says, and a clock that leaps brings one at any time. */
function wasReplaced(row: Record<string, unknown>): boolean {
  return row['status'] === 'CANCELLED' && row['reason'] === 'replaced'
}

/** By schedule, job and slot, so that two runs of one slot would show. */
function mostEffects(effects: readonly string[][]): number {
  const bySlot = new Map<string, number>()
  for (const [jobName, scheduleId, slot, , trigger] of effects) {
    if (jobName === 'most' && trigger === 'CRON') bump(bySlot, `${scheduleId} ${slot}`)
  }
  return Math.max(0, ...bySlot.values())
}

const JOBS = ['least', 'most']

/** A run accounts for its job's slot; a write-off for every slot of its range and all jobs. */
function keysOf(row: Record<string, unknown>): string[] {
  const scheduleId = String(row['scheduleId'])
  if (row['jobName'] !== '*') return [`${scheduleId} ${String(row['jobName'])} ${iso(row['scheduledFor'])}`]
  return minutes(new Date(String(row['firstSlot'])), new Date(String(row['scheduledFor']))).flatMap((slot) =>
    JOBS.map((job) => `${scheduleId} ${job} ${slot}`),
  )
}

function expected(scheduleId: string, base: Date, lastSlotAt: string): string[] {
  return minutes(base, new Date(lastSlotAt)).flatMap((slot) => JOBS.map((job) => `${scheduleId} ${job} ${slot}`))
}

function minutes(from: Date, to: Date): string[] {
  const count = Math.max(0, Math.round((to.getTime() - from.getTime()) / MINUTE) + 1)
  return Array.from({ length: count }, (_, n) => new Date(from.getTime() + n * MINUTE).toISOString())
}

function bump(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
