import { expect } from 'vitest'
import { slotSpan } from '../../src/calendar/window.js'
import { checkAccount } from '../../src/ledger/check-account.js'
import { openQueries } from '../../src/queries/open-queries.js'
import type { RunSummary, ScheduleSummary } from '../../src/queries/queries.js'
import type { Project } from './project.js'

/** What passes have left behind, read as people read it. */
export interface History {
  schedules: Map<string, ScheduleSummary>
  /** Of one schedule, in the order of its slots. */
  of(id: string): RunSummary[]
  /** `COMPLETED 1`, `MISSED coalesced 29`: status, reason and number of slots. */
  fates(id: string): string[]
}

/** Reads all history; every slot of every schedule must have one fate. */
export async function readHistory({ database }: Project): Promise<History> {
  if (database === null) throw new Error('this project has no database')
  const queries = await openQueries(database.url)
  try {
    const { schedules, now } = await queries.listSchedules()
    const { runs } = await queries.listRuns({ limit: 500 })
    for (const schedule of schedules) {
      const { holes, overlaps, miscounted } = checkAccount(
        schedule,
        await queries.slotRecords(schedule.id, schedule.historyFrom),
        now,
      )
      expect({ id: schedule.id, holes, overlaps, miscounted }).toEqual({
        id: schedule.id,
        holes: [],
        overlaps: [],
        miscounted: [],
      })
    }
    const of = (id: string): RunSummary[] => {
      const own = runs.filter((run) => run.scheduleId === id)
      return own.sort(
        (a, b) => (a.scheduledFor?.getTime() ?? 0) - (b.scheduledFor?.getTime() ?? 0) || (a.id < b.id ? -1 : 1),
      )
    }
    const fates = (id: string): string[] =>
      of(id).map(({ status, reason, slotCount }) => [status, reason ?? [], slotCount].flat().join(' '))
    return { schedules: new Map(schedules.map((each) => [each.id, each])), of, fates }
  } finally {
    await queries.close()
  }
}

/** Slots of `* * * * *` from one instant to another, both included. */
export function minutes(from: Date, to: Date): number {
  const timetable = { cron: '* * * * *', timezone: 'UTC', startsAt: null, endsAt: null }
  return slotSpan(timetable, new Date(from.getTime() - 1), to, 0).count
}

/** A whole minute some minutes ago. */
export function minutesAgo(count: number): Date {
  return new Date((Math.floor(Date.now() / 60_000) - count) * 60_000)
}

/** The schedules' account began right before this instant, and nothing has run since; define them with `enabled: false`. */
export async function outageSince(project: Project, at: Date, ids: readonly string[]): Promise<void> {
  const marks = ids.map(() => '?').join(', ')
  const [next, before] = [stored(project, at), stored(project, new Date(at.getTime() - 1))]
  await project.sql(
    `UPDATE JobSchedule SET enabled = 1, nextRunAt = ?, historyFrom = ?, lastSlotAt = NULL WHERE id IN (${marks})`,
    [next, before, ...ids],
  )
}

/** An instant as the database's columns hold it. */
export function stored({ isSqlite }: Project, at: Date): string {
  return isSqlite ? at.toISOString().replace('Z', '+00:00') : at.toISOString().replace('T', ' ').replace('Z', '')
}
