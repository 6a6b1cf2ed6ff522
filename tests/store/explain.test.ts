import type mysql from 'mysql2/promise'
import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.js'
import { mysqlStatements } from '../../src/store/mysql/statements.js'
import { sqlStore } from '../../src/store/sql-store.js'
import type { Store } from '../../src/store/store.js'
import { matching } from '../support/matchers.js'
import { serverEngines } from '../support/server-engines.js'
import { connectTo } from '../support/servers.js'
import {
  createSchedules,
  EMPTY,
  finish,
  type Fixture,
  LEASE_MS,
  NO_AUDIT,
  NOTHING,
  openFixture,
  PASS,
  slotAt,
  takeSlot,
} from './fixtures.js'

// MySQL 9 answers with a tree unless told otherwise; MariaDB knows only the table.
const TABULAR = { mysql: 'FORMAT=TRADITIONAL ', mariadb: '', sqlite: '' }

interface Sent {
  sql: string
  values: unknown[]
}

describe.each(serverEngines())('the plans of $name', (engine) => {
  let fixture: Fixture
  let connection: Connection
  let store: Store
  const sent: Sent[] = []
  beforeAll(async () => {
    fixture = await openFixture(engine)
    connection = await connectTo(fixture.url)
    store = sqlStore(recording(connection, sent))
    await createSchedules(store, 3000, slotAt(100_000_000))
    await fixture.sql(
      "INSERT INTO JobRun (id, scheduleId, jobName, status, scheduledFor) SELECT UUID(), s.id, CONCAT('j', n.n), 'COMPLETED', '2020-01-01' FROM JobSchedule s, " +
        '(SELECT 1 n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) n',
    )
    await fixture.sql('ANALYZE TABLE JobRun, JobSchedule')
  })
  afterAll(async () => {
    await connection.end()
    await fixture.close()
  })

  /** Which index each table of a statement is read by; derived tables are left out. */
  async function plan({ sql, values }: Sent): Promise<string[]> {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      `EXPLAIN ${TABULAR[engine.name]}${sql.replace('START TRANSACTION;\n', '')}`,
      values,
    )
    return rows
      .filter((row) => row['table'] !== null && !String(row['table']).startsWith('<'))
      .map((row) => `${String(row['table'])}: ${String(row['key'])}`)
  }

  async function plansOf(pattern: RegExp): Promise<string[]> {
    const matching = sent.filter(({ sql }) => pattern.test(sql))
    expect(matching.length).toBeGreaterThan(0)
    return [...new Set((await Promise.all(matching.map(plan))).flat())]
  }

  async function work(count: number): Promise<void> {
    const ids = await createSchedules(store, count)
    const pass = await store.openPass(PASS, LEASE_MS)
    const taken = await store.take(pass.id, ids, takeSlot('a'))
    const runs = taken === 'lost' ? [] : taken.flatMap((each) => each.runs)
    sent.length = 0
    await store.take(pass.id, ids, ({ open }) => ({
      ...NOTHING,
      stop: [{ runId: open[0]?.id ?? '', reason: 'replaced' }],
      resume: Array.from({ length: 30 }, (_, index) => `none-${index}`),
      set: { nextRunAt: null },
    }))
    await fixture.sql('UPDATE JobRun SET cancelRequestedAt = NULL')
    await store.record(pass.id, {
      ...EMPTY,
      starts: runs.map((run) => ({ runId: run.id, attempt: 1, maxAttempts: 1 })),
    })
    const settlements = runs.map((run) => ({
      scheduleId: run.scheduleId,
      slot: slotAt(0),
      status: 'COMPLETED' as const,
      error: null,
      failed: false,
      allCompleted: true,
      startedAt: null,
    }))
    await store.record(pass.id, { ...EMPTY, finishes: runs.map((run) => finish(run.id)), settlements })
    await store.releaseRuns(
      pass.id,
      runs.map((run) => run.id),
      null,
    )
    await store.cancelRun(runs[0]?.id ?? '', NO_AUDIT)
  }

  it.each([1, 25, 300])('lock %i schedules and their runs by primary key, though nothing waits', async (count) => {
    await work(count)
    expect(await plansOf(/FROM JobSchedule.*FOR UPDATE/s)).toEqual(['JobSchedule: PRIMARY'])
    expect(await plansOf(/FROM JobRun.*FOR UPDATE/s)).toEqual(['JobRun: PRIMARY'])
    expect(await plansOf(/^(START TRANSACTION;\n)?UPDATE JobRun/)).toEqual(['JobRun: PRIMARY'])
    expect(await plansOf(/^UPDATE \(SELECT.*STRAIGHT_JOIN JobRun/s)).toEqual(['t: PRIMARY'])
    expect(await plansOf(/^UPDATE \(SELECT.*STRAIGHT_JOIN JobSchedule/s)).toEqual(['t: PRIMARY'])
    expect(await plansOf(/FROM RunnerPass.*FOR UPDATE/s)).toEqual(['RunnerPass: PRIMARY'])
  })

  it('find what is due and what waits by their indexes in a long history', async () => {
    sent.length = 0
    await store.listTakeable({ configName: 'default', until: slotAt(0), limit: 100 })
    await store.findOrphans(100)
    await store.check({ configName: 'other', scheduleIds: ['x'], jobNames: [], aheadMs: 0 })
    await store.recordIdlePass({ ...PASS, configName: 'other' })
    // The target of the idle pass's INSERT is listed without a key, and so may be a tiny RunnerPass.
    const plans = await Promise.all(sent.flatMap(({ sql, values }) => split(sql, values)).map(plan))
    expect(plans.flat().filter((each) => each !== 'RunnerPass: null' && !each.startsWith('p: '))).not.toContainEqual(
      matching(/: null$/),
    )
    expect(plans.flat()).toEqual(
      expect.arrayContaining(['r: JobRun_status_availableAt_id_idx', 's: JobSchedule_enabled_nextRunAt_id_idx']),
    )
  })
})

function split(sql: string, values: unknown[]): Sent[] {
  let used = 0
  return sql.split(';\n').map((part) => {
    const count = part.split('?').length - 1
    used += count
    return { sql: part, values: values.slice(used - count, used) }
  })
}

/** A database that notes what it is sent. */
function recording(connection: Connection, sent: Sent[]): Database {
  const noting = {
    query: (options: { sql: string }, values: unknown[]) => {
      sent.push({ sql: options.sql, values })
      return connection.query(options.sql, values)
    },
  } as unknown as Connection
  const direct: Database['direct'] = (work) => work(mysqlStatements(noting, null, 15_000), false)
  return {
    engine: 'mysql',
    glance: (work) => direct(work),
    direct,
    async transaction(work) {
      const result = await work(mysqlStatements(noting, { begun: false }, 15_000), false)
      await connection.query('COMMIT')
      return result
    },
    close: () => connection.end(),
  }
}
