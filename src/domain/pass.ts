export type PassKind = 'PASS' | 'WORKER' | 'MANUAL'
export type PassStatus = 'RUNNING' | 'FINISHED' | 'IDLE' | 'LOST' | 'INTERRUPTED'

/** Figures of a pass, stored in RunnerPass. `due` counts schedules, `executed` runs whose handler started. */
export interface PassFigures {
  due: number
  executed: number
  failed: number
  skipped: number
  deferred: number
  exitCode: number
}

/** A row of RunnerPass: one invocation. */
export interface PassRow extends Partial<PassFigures> {
  id: number
  kind: PassKind
  host: string
  pid: number
  version: string
  configName: string | null
  startedAt: Date
  finishedAt: Date | null
  leaseUntil: Date | null
  status: PassStatus
}
