import type { JobRow } from '../../domain/schedule.js'
import { fromRow, JOB, selectList, toValues } from '../columns.js'
import { type Database, marks, sorted, type Statements, type Values } from '../database.js'
import { repeatWhenDuplicate } from './duplicates.js'
import { readNow } from './now.js'

export async function readJobs(database: Database): Promise<JobRow[]> {
  return database.direct(async ({ all }) =>
    (await all(`SELECT ${selectList(JOB)} FROM Job ORDER BY position, name`)).map((row) => fromRow(JOB, row)),
  )
}

export async function writeJobs(database: Database, jobs: readonly JobRow[]): Promise<void> {
  if (jobs.length === 0) return
  await repeatWhenDuplicate(() =>
    database.transaction(async (statements) => {
      const known = await lockNames(
        statements,
        jobs.map((job) => job.name),
      )
      const now = await readNow(statements)
      const rows = jobs.map((job): Values => ({ ...toValues(JOB, job), updatedAt: now })).sort(byName)
      await statements.insertAll(
        'Job',
        rows.filter((row) => !known.has(String(row['name']))).map((row) => ({ ...row, createdAt: now })),
      )
      await statements.updateEach(
        'Job',
        'name',
        rows.filter((row) => known.has(String(row['name']))),
      )
    }),
  )
}

async function lockNames({ all, dialect }: Statements, names: readonly string[]): Promise<Set<string>> {
  const inOrder = sorted(names)
  const rows = await all(
    `SELECT name FROM Job${dialect.byPrimaryKey} WHERE name IN (${marks(inOrder)}) ORDER BY name${dialect.forUpdate}`,
    inOrder,
  )
  return new Set(rows.map((row) => String(row['name'])))
}

function byName(a: Values, b: Values): number {
  return String(a['name']) < String(b['name']) ? -1 : 1
}
