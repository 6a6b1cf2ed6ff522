import type { FC } from 'hono/jsx'
import { expectPass } from '../../commands/expect-pass.js'
import type { Overview, PauseOfAll, RunSummary, ScheduleSummary } from '../../queries/queries.js'
import type { PassRow } from '../../domain/pass.js'
import type { RunStatus } from '../../domain/run.js'
import type { Session } from '../session.js'
import { Coming } from './coming-slot.js'
import { cronWords } from './coming.js'
import { formatCount, formatIn, plural } from './format.js'
import { Ago, Badge } from './marks.js'
import { NextPass } from './next-pass.js'
import { Failing, Failures, Running } from './overview-lists.js'
import { Empty, isOperator, Notice, schedulePath, Section } from './parts.js'
import { PauseOfAllNotice } from './pause-of-all.js'
import { PassStrip } from './pass-strip.js'
import { SilenceNotice } from './silence-notice.js'
import { STATUS_TONES, STATUS_WORDS } from './words.js'

export interface OverviewView {
  overview: Overview
  passes: readonly PassRow[]
  coming: readonly ScheduleSummary[]
  /** Runs of the last days that failed. */
  failures: readonly RunSummary[]
  /** Of the platform's cron; null while passes come. */
  silentSince: Date | null
  pollIntervalMs: number
  session: Session | null
  /** Who paused everything; null where nobody did. */
  pausedBy: string | null
  /** What the form that led here did. */
  done: string | null
}

export const OverviewPage: FC<OverviewView> = (view) => {
  const { overview, passes, coming, failures, pollIntervalMs, session } = view
  const { now, lastPass } = overview
  const expected = expectPass(now, pollIntervalMs, lastPass?.startedAt ?? null)
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        <div id="pause-all" data-part>
          {isOperator(session) && overview.globalPause === null && overview.schedules.total > 0 ? (
            <a class="button secondary" href="/pause-all">
              Pause everything…
            </a>
          ) : null}
        </div>
      </div>
      {view.done === 'resumed' ? (
        <Notice tone="good" title="Done">
          Resumed. What was skipped meanwhile does not run; what was paused by itself stays paused.
        </Notice>
      ) : null}
      <div id="banner" data-part>
        <SilenceNotice since={view.silentSince} life={overview} pollIntervalMs={pollIntervalMs} />
        <PauseOfAllNotice pause={overview.globalPause} by={view.pausedBy} now={now} session={session} />
      </div>
      <div id="tiles" class="tiles" data-part>
        <div class="tile tile-wide">
          <h2>Last pass</h2>
          <p class="big">{lastPass === null ? 'none yet' : <Ago at={lastPass.startedAt} now={now} />}</p>
          <p class="muted">
            {lastPass === null ? (
              'The cron of your platform makes the first'
            ) : (
              <>
                Next{expected.kind === 'expected' ? ' at about' : ':'} <NextPass expected={expected} now={now} />
              </>
            )}
          </p>
          {passes.length === 0 ? null : <PassStrip passes={passes} />}
        </div>
        <Tile title="Running" value={overview.open.running} href="/runs?status=RUNNING">
          {plural(overview.open.pending + overview.open.queued, 'run')} waiting
        </Tile>
        <Tile title="Failing" value={overview.schedules.failing} href="/schedules?filter=failing" isBad>
          of {plural(overview.schedules.total, 'schedule')}
        </Tile>
        <PausedTile overview={overview} />
      </div>
      <LastDay counts={overview.lastDay} />
      <div class="columns">
        <div>
          <Failing overview={overview} />
          <Running overview={overview} />
          <Failures runs={failures} now={now} />
        </div>
        <ComingUp coming={coming} pause={overview.globalPause} now={now} />
      </div>
    </>
  )
}

const Tile: FC<{ title: string; value: number; href: string; isBad?: boolean; children?: unknown }> = (props) => (
  <a class={`tile${props.isBad === true && props.value > 0 ? ' tile-bad' : ''}`} href={props.href}>
    <h2>{props.title}</h2>
    <p class="big">{formatCount(props.value)}</p>
    <p class="muted">{props.children}</p>
  </a>
)

const PausedTile: FC<{ overview: Overview }> = ({ overview: { schedules, globalPause } }) =>
  globalPause === null ? (
    <Tile title="Paused" value={schedules.paused} href="/schedules?filter=paused">
      {formatCount(schedules.active)} active, {formatCount(schedules.due)} due
    </Tile>
  ) : (
    <Tile title="Paused" value={schedules.active + schedules.paused} href="/schedules">
      everything; {formatCount(schedules.paused)} by itself
    </Tile>
  )

const LastDay: FC<{ counts: Overview['lastDay'] }> = ({ counts }) => {
  const entries = Object.entries(counts) as [RunStatus, number][]
  const total = entries.reduce((sum, [, count]) => sum + count, 0)
  const shares = entries.map(([status, count]) => ({ status, count, width: (100 * count) / Math.max(1, total) }))
  const starts = shares.map((_, index) => shares.slice(0, index).reduce((sum, { width }) => sum + width, 0))
  return (
    <Section id="last-day" title="Last 24 hours" aside={<a href="/timeline">Timeline</a>}>
      {total === 0 ? (
        <Empty title="Nothing was recorded in the last 24 hours">
          <p>Every slot that comes due leaves a row here, whether it ran or not.</p>
        </Empty>
      ) : (
        <>
          <svg class="shares" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
            {shares.map(({ status, width }, index) => (
              <rect
                class={`tone-${STATUS_TONES[status]}`}
                x={starts[index]}
                y="0"
                width={Math.max(0.3, width - 0.2)}
                height="2"
              />
            ))}
          </svg>
          <ul class="legend">
            {shares.map(({ status, count }) => (
              <li>
                <a href={`/runs?status=${status}`}>
                  <Badge tone={STATUS_TONES[status]}>{STATUS_WORDS[status]}</Badge> <b>{formatCount(count)}</b>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  )
}

const ComingUp: FC<{ coming: readonly ScheduleSummary[]; pause: PauseOfAll | null; now: Date }> = (props) => {
  const { coming, pause, now } = props
  return (
    <Section id="coming" title="Coming up" aside={<a href="/schedules?order=next">All schedules</a>}>
      {coming.length === 0 ? (
        <Empty title="No slot lies ahead">
          <p>
            Write a schedule in <code>schedules.config.ts</code> and make a pass; it appears here.
          </p>
        </Empty>
      ) : (
        <ol class="agenda">
          {coming.map((schedule) => (
            <li>
              <span class="when">
                {schedule.nextRunAt === null ? null : <Coming at={schedule.nextRunAt} now={now} pause={pause} />}
              </span>
              <span class="what">
                <a class="name" href={schedulePath(schedule.id)}>
                  {schedule.id}
                </a>
                <span class="detail">{cronWords(schedule.cron) ?? schedule.cron}</span>
              </span>
              <span class="at muted">
                {schedule.nextRunAt === null ? null : formatIn(schedule.nextRunAt, schedule.timezone)}
                <span class="zone-name"> {schedule.timezone}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}
