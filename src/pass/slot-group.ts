import type { RunHead } from '../domain/run.js'

/** Runs of one slot, or of one request, belong together: they run in declared order and finish as one. */
export function groupKeyOf(
  run: Pick<RunHead, 'scheduleId' | 'trigger' | 'scheduledFor' | 'createdAt' | 'requestedBy'>,
): string {
  const slot = run.scheduledFor?.toISOString()
  const occasion = slot ?? `${run.createdAt.toISOString()} ${run.requestedBy ?? ''}`
  return `${run.scheduleId} ${run.trigger} ${occasion}`
}

/** Splits runs into their groups, keeping the order of the runs and of the groups' first members. */
export function groupRuns(runs: readonly RunHead[]): RunHead[][] {
  const groups = new Map<string, RunHead[]>()
  for (const run of runs) {
    const key = groupKeyOf(run)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [run])
    else group.push(run)
  }
  return [...groups.values()]
}
