import type { FC } from 'hono/jsx'
import type { PauseOfAll } from '../../queries/queries.js'
import { Ago } from './marks.js'

/** When a slot comes; where everything is paused by then, that it will not run. */
export const Coming: FC<{ at: Date; now: Date; pause: PauseOfAll | null }> = ({ at, now, pause }) => {
  if (isPaused(at, pause)) return <span class="muted">paused</span>
  return at <= now ? <>due</> : <Ago at={at} now={now} />
}

export function isPaused(at: Date, pause: PauseOfAll | null): boolean {
  return pause !== null && (pause.until === null || at < pause.until)
}
