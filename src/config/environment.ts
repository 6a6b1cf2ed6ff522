/** The environment variables of a pass, checked; durations in milliseconds. */
export interface Environment {
  /** `mysql://…` or `file:` with an absolute path. Secret: never printed whole. */
  databaseUrl: string
  /** True when DATABASE_URL is unset and the embedded SQLite file stands in. */
  databaseIsDefault: boolean
  /** RUN_ENVIRONMENT, else NODE_ENV, else 'development'. */
  name: string
  /** SCHEDULE_DAEMON_ENABLED. */
  enabled: boolean
  /** SCHEDULE_POLL_INTERVAL_MS: how often the platform is expected to start a pass. */
  pollIntervalMs: number
  /** EXECUTE_JOBS_INLINE. */
  executeInline: boolean
  concurrency: number | null
  leaseMs: number
  shutdownGraceMs: number
}
