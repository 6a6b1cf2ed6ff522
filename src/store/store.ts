import type { AdminStore } from './port/admin-store.js'
import type { PassStore } from './port/pass-store.js'

export type * from './port/admin-store.js'
export type * from './port/pass-store.js'
export type * from './port/recording.js'
export type * from './port/taking.js'

/**
 * The write side of the database, in domain words. `mysql/` and `sqlite/` implement it; one conformance
 * suite holds for both. "Now" is always the database's clock. Every write of a pass is guarded by its
 * own row being RUNNING with a lease in the future: a pass that lost its lease changes nothing.
 */
export interface Store extends PassStore, AdminStore {
  readonly engine: 'mysql' | 'sqlite'
  /** Closes the connection; safe to call twice. */
  close(): Promise<void>
}
