import type { Check, GlobalPause } from '../store/store.js'

/** When a pause of everything ended by itself; null: it goes on, or there is none. */
export function endOfPause(pause: GlobalPause | null, now: Date): Date | null {
  const until = pause?.until ?? null
  return until !== null && until <= now ? until : null
}

/** Said by every report while everything is paused: "nothing due" alone would hide why. */
export function pauseNotes({ globalPause, now }: Pick<Check, 'globalPause' | 'now'>): string[] {
  if (globalPause === null || endOfPause(globalPause, now) !== null) return []
  const { reason, until } = globalPause
  const end = until === null ? 'until `resume --all`' : `until ${until.toISOString()}`
  return [`everything is paused${reason === null ? '' : ` (${reason})`}: slots that pass do not run, ${end}`]
}
