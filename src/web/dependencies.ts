import type { Clock } from '../clock.js'
import type { Queries } from '../queries/queries.js'
import type { Actions } from './actions.js'
import type { SilentSince } from './silence.js'

/** What pages and API work with. */
export interface WebDependencies {
  /** Opens the database when it is first asked, again after each failure to; rejects with DATABASE_* while it is away. */
  queries: Queries
  actions: Actions
  silentSince: SilentSince
  settings: WebSettings
  clock: Clock
}

export interface WebSettings {
  /** SCHEDULE_POLL_INTERVAL_MS: how often the platform is expected to start a pass. */
  pollIntervalMs: number
  /** Of this program. */
  version: string
  /** The zone in which pages show times where the viewer's is unknown. */
  zone: string
}
