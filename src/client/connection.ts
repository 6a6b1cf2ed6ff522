import { ScheduleError } from '../errors.js'
import { lazily, type Closable, type Lazy } from '../lazily.js'
import type { Queries } from '../queries/queries.js'
import type { Store } from '../store/store.js'

/** The two ways of a client to its database, each opened when it is first needed. */
export interface Connection {
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  write<T>(work: (store: Store) => Promise<T>): Promise<T>
  /** Waits for what is under way. */
  close(): Promise<void>
}

export function connect(databaseUrl: string): Connection {
  const store = lazily(async () => (await import('../store/open-store.js')).openStore({ databaseUrl }))
  const queries = lazily(async () => {
    // The store creates and migrates an embedded database; the queries never do.
    if (databaseUrl.startsWith('file:')) await store.get()
    return (await import('../queries/open-queries.js')).openQueries(databaseUrl)
  })
  const underWay = new Set<Promise<unknown>>()
  let closed = false
  const use = <T extends Closable, R>(way: Lazy<T>, work: (target: T) => Promise<R>): Promise<R> => {
    if (closed) return Promise.reject(closedError())
    if (typeof databaseUrl !== 'string') return Promise.reject(unsetError())
    const result = way.get().then(work)
    underWay.add(result)
    const forget = (): boolean => underWay.delete(result)
    result.then(forget, forget)
    return result
  }
  return {
    read: (work) => use(queries, work),
    write: (work) => use(store, work),
    close: async () => {
      closed = true
      await Promise.allSettled(underWay)
      await Promise.all([queries.close(), store.close()])
    },
  }
}

function closedError(): ScheduleError {
  return new ScheduleError('USAGE', 'the client is closed', { fix: 'create another with createClient' })
}

/** The type allows none; `process.env.DATABASE_URL` may be none all the same. */
function unsetError(): ScheduleError {
  return new ScheduleError('ENVIRONMENT_INVALID', 'databaseUrl is not set', {
    fix: 'give createClient what DATABASE_URL holds: mysql://user:password@host:3306/database or file:./path.db',
  })
}
