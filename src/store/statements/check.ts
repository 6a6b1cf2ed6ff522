import type { Schedule } from '../../domain/schedule.js'
import { instantOf, requiredInstant } from '../columns.js'
import { chunksOf, type Database, type Dialect, marks, type Query, type Row } from '../database.js'
import type { Check, CheckQuery, KnownDefinition } from '../store.js'
import { readPause } from './read-pause.js'

const COUNT_LIMIT = 10_001

/** One round trip that tells an idle pass that it is idle. */
export async function check(database: Database, query: CheckQuery): Promise<Check> {
  return database.glance(async (statements) => {
    const definitions = [schedulesQueries(query), jobsQueries(query)] as const
    const [figures, next, pause, ...known] = await statements.many([
      figuresQuery(statements.dialect, query),
      nextQuery(statements.dialect, query),
      { sql: "SELECT value FROM RunnerSetting WHERE name = 'pause'" },
      ...definitions.flat(),
    ])
    const [schedules, jobs] = [known.slice(0, definitions[0].length).flat(), known.slice(definitions[0].length).flat()]
    const figure = figures?.[0] ?? {}
    return {
      now: requiredInstant(figure['now']),
      due: Number(figure['due']),
      waiting: Number(figure['waiting']),
      orphaned: Number(figure['held']) - Number(figure['alive']),
      held: Number(figure['alive']),
      next: nextOf(next?.[0]),
      schedules: schedules.map((row) => ({
        ...definitionOf(row),
        source: String(row['source']) as Schedule['source'],
      })),
      jobs: jobs.map(definitionOf),
      globalPause: readPause(pause?.[0]),
    }
  })
}

/** Schedules, aliased `s`, that a config's pass takes: its own and those created at run time. One placeholder: its name. */
export const OURS = 's.orphaned = 0 AND (s.configName = ? OR s.configName IS NULL)'

/** RUNNING runs and reserved ones, as (id, passId). */
export const HELD_RUNS =
  "SELECT id, passId FROM JobRun WHERE status = 'RUNNING' " +
  "UNION ALL SELECT id, passId FROM JobRun WHERE status = 'PENDING' AND availableAt IS NULL"

function figuresQuery({ now, nowPlusMs, straightJoin }: Dialect, { configName, aheadMs }: CheckQuery): Query {
  const due =
    `SELECT 1 FROM JobSchedule s WHERE s.enabled = 1 AND s.nextRunAt <= ${nowPlusMs} AND ${OURS} ` +
    `UNION ALL SELECT 1 FROM JobSchedule s WHERE s.enabled = 0 AND s.pausedUntil <= ${now} AND ${OURS}`
  const waiting =
    `SELECT 1 FROM JobRun r ${straightJoin} JobSchedule s ON s.id = r.scheduleId ` +
    `WHERE r.status = 'PENDING' AND r.availableAt <= ${now} AND ${OURS}`
  const alive = `SELECT 1 FROM (${HELD_RUNS}) h JOIN RunnerPass p ON p.id = h.passId WHERE p.status = 'RUNNING' AND p.leaseUntil > ${now}`
  return {
    sql:
      `SELECT ${now} AS now, (${count(due)}) AS due, (${count(waiting)}) AS waiting, ` +
      `(SELECT COUNT(*) FROM (${HELD_RUNS}) h) AS held, (SELECT COUNT(*) FROM (${alive}) a) AS alive`,
    values: [aheadMs, configName, configName, configName],
  }
}

function count(select: string): string {
  return `SELECT COUNT(*) FROM (${select} LIMIT ${COUNT_LIMIT}) c`
}

function nextQuery({ nowPlusMs }: Dialect, { configName, aheadMs }: CheckQuery): Query {
  const earliest = (condition: string) =>
    `SELECT * FROM (SELECT s.id, s.nextRunAt FROM JobSchedule s WHERE ${condition} AND s.nextRunAt > ${nowPlusMs} AND ${OURS} ` +
    'ORDER BY s.nextRunAt, s.id LIMIT 1) e'
  const enabled = earliest('s.enabled = 1')
  const wakesByItself = earliest('s.enabled = 0 AND s.pausedUntil IS NOT NULL')
  return {
    sql: `SELECT * FROM (${enabled} UNION ALL ${wakesByItself}) n ORDER BY nextRunAt, id LIMIT 1`,
    values: [aheadMs, configName, aheadMs, configName],
  }
}

function nextOf(row: Row | undefined): Check['next'] {
  const at = instantOf(row?.['nextRunAt'])
  return row === undefined || at === null ? null : { scheduleId: String(row['id']), at }
}

function schedulesQueries({ configName, scheduleIds }: CheckQuery): Query[] {
  const columns = 'id, definitionHash, configName, orphaned, source'
  return ownAndNamed(`SELECT ${columns} FROM JobSchedule`, 'id', configName, scheduleIds)
}

function jobsQueries({ configName, jobNames }: CheckQuery): Query[] {
  const columns = 'name AS id, definitionHash, configName, orphaned'
  return ownAndNamed(`SELECT ${columns} FROM Job`, 'name', configName, jobNames)
}

// What this config has, and whoever else has the names that it uses.
function ownAndNamed(select: string, key: string, configName: string, names: readonly string[]): Query[] {
  const others = `${select} WHERE (configName <> ? OR configName IS NULL) AND ${key} IN`
  return [
    { sql: `${select} WHERE configName = ?`, values: [configName] },
    ...[...chunksOf(names, 5000)].map((some) => ({ sql: `${others} (${marks(some)})`, values: [configName, ...some] })),
  ]
}

function definitionOf(row: Row): KnownDefinition {
  return {
    id: String(row['id']),
    definitionHash: String(row['definitionHash']),
    configName: typeof row['configName'] === 'string' ? row['configName'] : null,
    orphaned: Number(row['orphaned']) === 1,
  }
}
