import type { Clock } from '../clock.js'
import { ScheduleError } from '../errors.js'
import { lazily } from '../lazily.js'
import { openQueries } from '../queries/open-queries.js'
import type { Queries } from '../queries/queries.js'
import { parseDatabaseUrl } from '../store/database-url.js'
import { openStore } from '../store/open-store.js'
import type { AdminStore } from '../store/store.js'
import { createTurns } from '../store/turns.js'
import { shareQueries } from './share-queries.js'

// Nobody looks at a page that does not come: rather a clear refusal than the patience that a pass has.
const RECONNECT_MS = 2000
const ANSWER_MS = 5000
const LONGEST_WAIT_MS = 5000
// Longer than the pool of the queries waits for a connection: what it finds out says more.
const READ_MS = 8000
const CLOSE_MS = 2000

/** The two ways to the database, each opened when it is first needed: the server starts and serves without one. */
export interface WebDatabase {
  queries: Queries
  write<T>(work: (store: AdminStore) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Throws ENVIRONMENT_INVALID for a URL that names no database; connects to nothing yet. */
export function webDatabase(databaseUrl: string, clock: Clock): WebDatabase {
  const { engine } = parseDatabaseUrl(databaseUrl)
  const store = lazily(() => openStore({ databaseUrl, reconnectMs: RECONNECT_MS, answerTimeoutMs: ANSWER_MS }))
  const queries = lazily(async () => {
    // The store creates and migrates an embedded database; the queries never do.
    if (engine === 'sqlite') await store.get()
    return openQueries(databaseUrl)
  })
  const inTurn = createTurns()
  const shared = shareQueries(
    lazyQueries(engine, async (read) => {
      const opened = await queries.get()
      // Its connections may never answer again: what is asked next finds out by a new one whether the server is there.
      return answered(read(opened), clock, () => queries.drop(opened))
    }),
    clock,
  )
  return {
    queries: shared.queries,
    write: (work) => {
      const latestMs = clock.monotonicMs() + LONGEST_WAIT_MS
      return inTurn(async () => {
        if (clock.monotonicMs() > latestMs) throw tooBusy()
        try {
          return await work(await store.get())
        } finally {
          shared.forget()
        }
      })
    },
    close: async () => {
      // A database that hangs must not keep the process.
      await Promise.race([Promise.all([queries.close(), store.close()]), clock.sleep(CLOSE_MS)])
    },
  }
}

/** No driver bounds how long it waits for an answer, and a server that is frozen keeps its connections open. */
async function answered<T>(answer: Promise<T>, clock: Pick<Clock, 'sleep'>, late: () => void): Promise<T> {
  const patience = new AbortController()
  const tooLate = clock.sleep(READ_MS, patience.signal).then(() => {
    if (patience.signal.aborted) return answer
    late()
    throw new ScheduleError('DATABASE_UNREACHABLE', `The database did not answer within ${READ_MS / 1000} s`, {
      fix: 'Look whether its server is overloaded or stopped; this is tried anew with every request.',
    })
  })
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    patience.abort()
  }
}

function tooBusy(): ScheduleError {
  const message = 'Changes that were asked for before take too long; this one was not begun'
  return new ScheduleError('DATABASE_FAILED', message, { fix: 'Try again in a moment.' })
}

function lazyQueries(
  engine: Queries['engine'],
  read: <T>(work: (queries: Queries) => Promise<T>) => Promise<T>,
): Queries {
  return {
    engine,
    now: () => read((queries) => queries.now()),
    listSchedules: (query) => read((queries) => queries.listSchedules(query)),
    getSchedule: (id) => read((queries) => queries.getSchedule(id)),
    listJobs: () => read((queries) => queries.listJobs()),
    listRuns: (query) => read((queries) => queries.listRuns(query)),
    getRun: (id) => read((queries) => queries.getRun(id)),
    findRunIds: (ending) => read((queries) => queries.findRunIds(ending)),
    listPasses: (query) => read((queries) => queries.listPasses(query)),
    getPass: (id) => read((queries) => queries.getPass(id)),
    pauseOfAll: () => read((queries) => queries.pauseOfAll()),
    signsOfLife: () => read((queries) => queries.signsOfLife()),
    overview: () => read((queries) => queries.overview()),
    durations: (ids, lastRuns) => read((queries) => queries.durations(ids, lastRuns)),
    slots: (ids, count) => read((queries) => queries.slots(ids, count)),
    slotRecords: (id, from, limit) => read((queries) => queries.slotRecords(id, from, limit)),
    timeline: (query) => read((queries) => queries.timeline(query)),
    listAuditEvents: (query) => read((queries) => queries.listAuditEvents(query)),
    close: async () => {},
  }
}
