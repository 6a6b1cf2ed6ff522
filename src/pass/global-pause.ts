import type { Check, GlobalPause, WriteOff } from '../store/store.js'
import type { Found } from './look.js'
import type { PassContext } from './pass-context.js'

/** When a pause of everything ended by itself; null: it goes on, or there is none. */
export function endOfPause(pause: GlobalPause | null, now: Date): Date | null {
  const until = pause?.until ?? null
  return until !== null && until <= now ? until : null
}

/** Ends a pause of everything whose time is over; answers the pause that goes on, and what ending one has written off. */
export async function endPause(
  { resumeAll }: Pick<PassContext, 'resumeAll'>,
  { check: { globalPause, now } }: Found,
): Promise<{ pause: GlobalPause | null; writeOffs: readonly WriteOff[] }> {
  if (globalPause === null || endOfPause(globalPause, now) === null) return { pause: globalPause, writeOffs: [] }
  const { writeOffs } = await resumeAll(globalPause)
  return { pause: null, writeOffs }
}

/** Said by every report while everything is paused: "nothing due" alone would hide why. */
export function pauseNotes({ globalPause, now }: Pick<Check, 'globalPause' | 'now'>): string[] {
  if (globalPause === null || endOfPause(globalPause, now) !== null) return []
  const { reason, until } = globalPause
  const end = until === null ? 'until `resume --all`' : `until ${until.toISOString()}`
  return [`everything is paused${reason === null ? '' : ` (${reason})`}: slots that pass do not run, ${end}`]
}
