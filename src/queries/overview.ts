import { RUN_STATUSES, type RunStatus } from '../domain/run.js'
import type { PassRow } from '../domain/pass.js'
import { readNow } from './database-clock.js'
import type { Database } from './database.js'
import type { Overview, SignsOfLife } from './queries.js'
import { toPass } from './rows.js'
import { lowestRunId } from '../domain/run-id-bounds.js'
import { listRuns } from './run-search.js'
import { countSchedules, findFailingIds } from './schedule-search.js'
import { readPauseOfAll } from './schedules.js'
import { empty, join, raw, sql } from './sql.js'
import { readByHand } from './written-by-hand.js'

const DAY_MS = 86_400_000
const SHOWN = 20
const RECENT_PASSES = 1000

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

async function countOpen({ client }: Database): Promise<Overview['open']> {
  const groups = await client.jobRun.groupBy({
    by: ['status'],
    where: { status: { in: ['RUNNING', 'QUEUED', 'PENDING'] } },
    _count: { _all: true },
  })
  const of = (status: RunStatus) => groups.find((group) => group.status === status)?._count._all ?? 0
  return { running: of('RUNNING'), queued: of('QUEUED'), pending: of('PENDING') }
}

/** By status, from an index that holds ids in order: the day's rows are counted without being read. */
async function countLastDay({ client, engine }: Database, now: Date): Promise<Overview['lastDay']> {
  const since = lowestRunId(new Date(now.getTime() - DAY_MS), 0)
  // Left to itself, MariaDB reads all of a status, or the rows.
  const index = engine === 'mysql' ? raw('FORCE INDEX (`JobRun_status_availableAt_id_idx`)') : empty
  const rows = await client.$queryRaw<{ status: RunStatus; runs: unknown }[]>(sql`
    SELECT \`status\`, COUNT(*) AS \`runs\` FROM \`JobRun\` ${index}
    WHERE \`status\` IN (${join([...RUN_STATUSES])}) AND \`availableAt\` IS NULL AND \`id\` >= ${since}
    GROUP BY \`status\``)
  return Object.fromEntries(rows.map(({ status, runs }) => [status, Number(runs)]))
}

async function listFailing(database: Database, now: Date): Promise<Overview['failing']> {
  const rows = await database.client.jobSchedule.findMany({
    where: { id: { in: await findFailingIds(database, SHOWN, now) } },
    select: { id: true, lastStatus: true, lastError: true, lastRunAt: true, consecutiveFailures: true },
    orderBy: [{ consecutiveFailures: 'desc' }, { id: 'asc' }],
  })
  return rows.map((row) => ({ ...row, lastStatus: row.lastStatus as RunStatus | null }))
}

/** The newest pass and worker; a MANUAL `run` says nothing of the platform's cron. */
async function readLastPasses({ client }: Database): Promise<PassRow[]> {
  const newestOf = (kind: string, afterId: number) =>
    client.runnerPass.findFirst({ where: { kind, id: { gt: afterId } }, orderBy: { id: 'desc' } })
  const live = client.runnerPass.findMany({
    where: { status: 'RUNNING', kind: { not: 'MANUAL' } },
    orderBy: { leaseUntil: 'desc' },
    take: 1,
  })
  const [pass, alive] = await Promise.all([newestOf('PASS', 0), live])
  // Most have no worker at all: then it is not looked for among all passes that there have ever been.
  const worker = await newestOf('WORKER', pass === null ? 0 : pass.id - RECENT_PASSES)
  return [pass, worker, ...alive].flatMap((row) => (row === null ? [] : [toPass(row)]))
}

async function readNext(database: Database): Promise<Overview['next']> {
  const first = await database.client.jobSchedule.findFirst({
    where: { enabled: true, orphaned: false, nextRunAt: { not: null } },
    orderBy: [{ nextRunAt: 'asc' }, { id: 'asc' }],
    select: { id: true, nextRunAt: true },
  })
  const [row] = await readByHand(database, first === null ? [] : [first])
  return row === undefined || row.nextRunAt === null ? null : { scheduleId: row.id, at: row.nextRunAt }
}

function signOfLife(pass: PassRow, now: Date): Date {
  if (pass.finishedAt !== null) return pass.finishedAt
  if (pass.leaseUntil === null) return pass.startedAt
  return pass.leaseUntil < now ? pass.leaseUntil : now
}

function newest(dates: readonly Date[]): Date | null {
  return dates.reduce<Date | null>((latest, date) => (latest === null || date > latest ? date : latest), null)
}
