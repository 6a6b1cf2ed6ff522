import type { Run } from '../domain/run.js'
import { fromRow, RUN, selectList } from './columns.js'
import { openMemory } from './sqlite/open-memory.js'
import { sqlStore } from './sql-store.js'
import type { Store } from './store.js'

export interface MemoryStore {
  store: Store
  /** In the order of their creation. */
  readAllRuns(): Promise<Run[]>
}

/** A store for tests: a SQLite database in memory that takes the time from `now`. */
export async function openMemoryStore(now: () => Date): Promise<MemoryStore> {
  const database = await openMemory(now)
  return {
    store: sqlStore(database),
    readAllRuns: () =>
      database.direct(async ({ all }) =>
        (await all(`SELECT ${selectList(RUN)} FROM JobRun ORDER BY id`)).map((row) => fromRow(RUN, row)),
      ),
  }
}
