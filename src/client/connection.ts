import { ScheduleError } from '../errors.js'
import type { Queries } from '../queries/queries.js'
import type { Store } from '../store/store.js'

/** The two ways of a client to its database, each opened when it is first needed. */
export interface Connection {
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  write<T>(work: (store: Store) => Promise<T>): Promise<T>
  /** Waits for what is under way. */
  close(): Promise<void>
}

interface Closable {
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

interface Lazy<T> extends Closable {
  get(): Promise<T>
}

function lazily<T extends Closable>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | null = null
  return {
    get: () => {
      const opening = (opened ??= open())
      opening.catch(() => {
        if (opened === opening) opened = null
      })
      return opening
    },
    close: async () => {
      const closing = opened
      opened = null
      const target = await closing?.catch(() => null)
      await target?.close().catch(() => undefined)
    },
  }
}

function closedError(): ScheduleError {
  return new ScheduleError('USAGE', 'the client is closed', { fix: 'create another with createClient' })
}
