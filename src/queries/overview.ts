import { RUN_STATUSES, type RunStatus } from '../domain/run.js'
import type { PassRow } from '../domain/pass.js'
import { readNow } from './database-clock.js'
import type { Database } from './database.js'
import type { Overview, SignsOfLife } from './queries.js'
import { toPass } from './rows.js'
import { lowestRunId } from './run-id-bounds.js'
import { listRuns } from './run-search.js'
import { filterOf, readPauseOfAll } from './schedules.js'
import { join, sql } from './sql.js'

const DAY_MS = 86_400_000
const SHOWN = 20

export async function overview(database: Database): Promise<Overview> {
  const now = await readNow(database)
  const [globalPause, schedules, open, lastDay, running, failing, life, next] = await Promise.all([
    readPauseOfAll(database, now),
    countSchedules(database, now),
    countOpen(database),
    countLastDay(database, now),
    listRuns(database, { statuses: ['RUNNING'], limit: SHOWN }),
    listFailing(database, now),
    readSignsOfLife(database, now),
    readNext(database),
  ])
  return {
    ...life,
    globalPause,
    schedules,
    open,
    lastDay,
    running: running.runs,
    failing,
    next,
  }
}

export async function signsOfLife(database: Database): Promise<SignsOfLife> {
  return readSignsOfLife(database, await readNow(database))
}

async function readSignsOfLife(database: Database, now: Date): Promise<SignsOfLife> {
  const passes = await readLastPasses(database)
  const lastPass = passes.find((pass) => pass.kind === 'PASS') ?? null
  return { now, lastPass, lastSignOfLifeAt: newest(passes.map((pass) => signOfLife(pass, now))) }
}

async function countSchedules({ client }: Database, now: Date): Promise<Overview['schedules']> {
  const count = (filter?: 'active' | 'paused' | 'orphaned' | 'failing' | 'due') =>
    client.jobSchedule.count({ where: filter === undefined ? {} : filterOf(filter, now) })
  const [total, active, paused, orphaned, failing, due] = await Promise.all([
    count(),
    count('active'),
    count('paused'),
    count('orphaned'),
    count('failing'),
    count('due'),
  ])
  return { total, active, paused, orphaned, failing, due }
}

async function countOpen({ client }: Database): Promise<Overview['open']> {
  const groups = await client.jobRun.groupBy({
    by: ['status'],
    where: { status: { in: ['RUNNING', 'QUEUED', 'PENDING'] } },
    _count: { _all: true },
  })
  const of = (status: RunStatus) => groups.find((group) => group.status === status)?._count._all ?? 0
  return { running: of('RUNNING'), queued: of('QUEUED'), pending: of('PENDING') }
}

/** Each status from its own index: the day's rows are counted without being read. */
async function countLastDay({ client }: Database, now: Date): Promise<Overview['lastDay']> {
  const since = lowestRunId(new Date(now.getTime() - DAY_MS), 0)
  const branches = RUN_STATUSES.map(
    (status) => sql`SELECT ${status} AS \`status\`, COUNT(*) AS \`runs\` FROM \`JobRun\`
      WHERE \`status\` = ${status} AND \`availableAt\` IS NULL AND \`id\` >= ${since}`,
  )
  const rows = await client.$queryRaw<{ status: RunStatus; runs: unknown }[]>(join(branches, ' UNION ALL '))
  const counts: Overview['lastDay'] = {}
  for (const { status, runs } of rows) if (Number(runs) > 0) counts[status] = Number(runs)
  return counts
}

async function listFailing({ client }: Database, now: Date): Promise<Overview['failing']> {
  const rows = await client.jobSchedule.findMany({
    where: filterOf('failing', now),
    select: { id: true, lastStatus: true, lastError: true, lastRunAt: true, consecutiveFailures: true },
    orderBy: [{ consecutiveFailures: 'desc' }, { id: 'asc' }],
    take: SHOWN,
  })
  return rows.map((row) => ({ ...row, lastStatus: row.lastStatus as RunStatus | null }))
}

/** The newest pass and worker; a MANUAL `run` says nothing of the platform's cron. */
async function readLastPasses({ client }: Database): Promise<PassRow[]> {
  const newestOf = (kind: string) => client.runnerPass.findFirst({ where: { kind }, orderBy: { id: 'desc' } })
  const live = client.runnerPass.findMany({
    where: { status: 'RUNNING', kind: { not: 'MANUAL' } },
    orderBy: { leaseUntil: 'desc' },
    take: 1,
  })
  const [pass, worker, alive] = await Promise.all([newestOf('PASS'), newestOf('WORKER'), live])
  return [pass, worker, ...alive].flatMap((row) => (row === null ? [] : [toPass(row)]))
}

async function readNext({ client }: Database): Promise<Overview['next']> {
  const row = await client.jobSchedule.findFirst({
    where: { enabled: true, orphaned: false, nextRunAt: { not: null } },
    orderBy: [{ nextRunAt: 'asc' }, { id: 'asc' }],
    select: { id: true, nextRunAt: true },
  })
  return row === null || row.nextRunAt === null ? null : { scheduleId: row.id, at: row.nextRunAt }
}

function signOfLife(pass: PassRow, now: Date): Date {
  if (pass.finishedAt !== null) return pass.finishedAt
  if (pass.leaseUntil === null) return pass.startedAt
  return pass.leaseUntil < now ? pass.leaseUntil : now
}

function newest(dates: readonly Date[]): Date | null {
  return dates.reduce<Date | null>((latest, date) => (latest === null || date > latest ? date : latest), null)
}
