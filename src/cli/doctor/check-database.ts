import type { Clock } from '../../clock.js'
import type { Environment } from '../../config/environment.js'
import { formatDuration } from '../../durations.js'
import type { Store } from '../../store/store.js'
import { AHEAD_MS } from '../../pass/look.js'
import { plural } from '../render/text.js'
import { failed } from './check-setup.js'
import { finding, type Finding } from './finding.js'

/** What people notice: log lines that seem out of order. */
const NOTICEABLE_MS = 1000

/** Reachable and migrated? */
export async function checkDatabase({ databaseUrl }: Environment, clock: Clock): Promise<Finding> {
  const { pendingMigrations } = await import('../../store/migrations.js')
  const startedAtMs = clock.monotonicMs()
  try {
    const pending = await pendingMigrations(databaseUrl)
    const tookMs = Math.round(clock.monotonicMs() - startedAtMs)
    if (pending.length === 0) return finding('database', 'ok', `answered in ${formatDuration(tookMs)}, migrated`)
    return databaseUrl.startsWith('file:') ? notCreated() : notMigrated(pending)
  } catch (thrown) {
    return failed('database', thrown)
  }
}

function notCreated(): Finding {
  return finding('database', 'note', 'there is no migrated database file yet: the first pass creates it', {
    fix: 'make a pass: npx run-due-schedules',
  })
}

function notMigrated(pending: readonly string[]): Finding {
  const message = `${plural(pending.length, 'migration')} not applied: passes end with exit code 3`
  return finding('database', 'problem', message, { details: [...pending], fix: 'npx run-due-schedules migrate' })
}

/** The database's clock decides what is due; the platform's decides when a pass looks. */
export async function checkClock(store: Pick<Store, 'now'>, clock: Clock): Promise<Finding> {
  const sentAtMs = clock.monotonicMs()
  const there = await store.now()
  const readMs = clock.monotonicMs() - sentAtMs
  const aheadMs = Math.round(clock.now().getTime() - readMs / 2 - there.getTime())
  const apartMs = Math.abs(aheadMs)
  const text = formatDuration(apartMs < 10_000 ? apartMs : Math.round(apartMs / 1000) * 1000)
  if (apartMs < NOTICEABLE_MS) return finding('clock', 'ok', `this host and the database agree to ${text}`)
  const fix = 'synchronise both hosts (NTP); only the database decides what is due'
  const message = `this host's clock is ${text} ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's`
  if (aheadMs <= AHEAD_MS) return finding('clock', 'warning', message, { fix })
  return finding('clock', 'problem', `${message}: a pass started on the hour finds that hour's slots not due yet`, {
    fix,
  })
}
