import { describe, expect, it } from 'vitest'
import { listAuditEvents } from '../../src/queries/audit-events.js'
import type { Client, Database } from '../../src/queries/database.js'
import { signsOfLife } from '../../src/queries/overview.js'

const PASS = {
  id: 250_000,
  kind: 'PASS',
  status: 'IDLE',
  startedAt: new Date(0),
  finishedAt: new Date(0),
  leaseUntil: null,
  exitCode: 0,
}

interface Asked {
  where: Record<string, unknown>
}

/** Answers that there is one pass, and one run of the schedule `nightly`; keeps what is asked. */
function recording(): { database: Database; asked: Asked[] } {
  const asked: Asked[] = []
  const answer =
    (found: (where: Asked['where']) => unknown) =>
    (query: Asked): Promise<unknown> => {
      asked.push(query)
      return Promise.resolve(found(query.where))
    }
  const client = {
    $queryRaw: () => Promise.resolve([{ now: '2026-11-23T12:00:00.000Z' }]),
    runnerPass: { findFirst: answer(({ kind }) => (kind === 'PASS' ? PASS : null)), findMany: answer(() => []) },
    jobRun: { findUnique: answer(({ id }) => (id === 'known' ? { scheduleId: 'nightly' } : null)) },
    auditEvent: { findMany: answer(() => []) },
  }
  return { database: { engine: 'sqlite', client: client as unknown as Client, close: () => Promise.resolve() }, asked }
}

describe('a read', () => {
  it('of the last passes looks for a worker among the newest only: most databases have none', async () => {
    const { database, asked } = recording()
    expect(await signsOfLife(database)).toMatchObject({ lastPass: { id: 250_000 } })
    expect(asked.map(({ where }) => where)).toContainEqual({ kind: 'WORKER', id: { gt: 249_000 } })
  })

  it('of what was done with a run goes by its schedule, which has an index', async () => {
    const { database, asked } = recording()
    await listAuditEvents(database, { runId: 'known' })
    await listAuditEvents(database, { runId: 'pruned' })
    expect(asked.map(({ where }) => where)).toEqual([
      { id: 'known' },
      { scheduleId: 'nightly', runId: 'known' },
      { id: 'pruned' },
      { runId: 'pruned' },
    ])
  })
})
