import type { FC } from 'hono/jsx'
import type { SignsOfLife } from '../../queries/queries.js'
import { formatDuration } from './format.js'
import { Ago, Time } from './marks.js'
import { Notice } from './parts.js'

interface Silence {
  /** Null while passes come. */
  since: Date | null
  life: Pick<SignsOfLife, 'now' | 'lastSignOfLifeAt'>
  pollIntervalMs: number
}

/** Says that passes do not come, since when, and where to look. */
export const SilenceNotice: FC<Silence> = ({ since, life: { now, lastSignOfLifeAt }, pollIntervalMs }) => {
  if (since === null) return null
  const hasNeverCome = lastSignOfLifeAt === null
  return (
    <Notice tone="bad" role="alert" title={hasNeverCome ? 'No pass has ever come' : "The platform's cron has stopped"}>
      {hasNeverCome ? 'None since this server started, ' : 'No pass since '}
      <Time at={since} /> (<Ago at={since} now={now} />
      ); one is expected every {formatDuration(pollIntervalMs)}. Look at the cron service of your platform: nothing runs
      until it starts a pass. <code>run-due-schedules doctor</code> checks the rest.
    </Notice>
  )
}
