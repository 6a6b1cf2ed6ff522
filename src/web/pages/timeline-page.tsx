import type { FC } from 'hono/jsx'
import type { PassRow } from '../../domain/pass.js'
import type { TimelineRun } from '../../queries/queries.js'
import { plural } from './format.js'
import { Time } from './marks.js'
import { Empty, schedulePath } from './parts.js'
import { toneOfPass } from './pass-strip.js'
import { TimelineTable, took } from './timeline-table.js'
import { STATUS_TONES, STATUS_WORDS } from './words.js'

export interface TimelineView {
  from: Date
  to: Date
  now: Date
  runs: readonly TimelineRun[]
  passes: readonly PassRow[]
  /** True: there were more runs than are shown. */
  isCut: boolean
}

const WIDTH = 1440
const MOST_LANES = 60
const TICK_MS = 3 * 3_600_000
const MIN_WIDTH = 3

export const TimelinePage: FC<TimelineView> = (view) => {
  const lanes = lanesOf(view.runs)
  return (
    <>
      <h1>Timeline</h1>
      <p class="lead">
        What ran since <Time at={view.from} />, and what ran beside it.{' '}
        {view.isCut ? 'Only the newest 1,000 runs are shown.' : ''}
      </p>
      <div id="timeline" data-part>
        {view.runs.length === 0 ? (
          <Empty title="Nothing ran in the last 24 hours">
            <p>Runs appear here as bars, one lane per schedule, below the passes that started them.</p>
          </Empty>
        ) : (
          <>
            <div class="timeline">
              <Axis view={view} />
              <Passes view={view} />
              {lanes.slice(0, MOST_LANES).map(([scheduleId, runs]) => (
                <Lane scheduleId={scheduleId} runs={runs} view={view} />
              ))}
            </div>
            {lanes.length > MOST_LANES ? (
              <p class="muted">{plural(lanes.length - MOST_LANES, 'more schedule')} ran.</p>
            ) : null}
            <TimelineLegend />
            <TimelineTable view={view} />
          </>
        )}
      </div>
    </>
  )
}

const TimelineLegend: FC = () => (
  <p class="strip-legend muted">
    <span>A bar is a run, as long as it took; it leads to its page.</span>
    <span class="key tone-good">completed</span> <span class="key tone-bad">failed</span>{' '}
    <span class="key tone-busy">running</span> <span class="key tone-late">interrupted</span>{' '}
    <span class="key tone-quiet">cancelled, or a pass with nothing due</span> <span class="key key-now">now</span>
  </p>
)

const Axis: FC<{ view: TimelineView }> = ({ view: { from, to } }) => {
  const ticks = Array.from({ length: (to.getTime() - from.getTime()) / TICK_MS }, (_, index) => index)
  return (
    <div class="lane axis">
      <span></span>
      <div class="ticks">
        {ticks.map((tick) => (
          <Time at={new Date(from.getTime() + tick * TICK_MS)} clock />
        ))}
      </div>
    </div>
  )
}

const Passes: FC<{ view: TimelineView }> = ({ view }) => (
  <div class="lane">
    <a class="lane-name" href="/passes">
      Passes
    </a>
    <Track view={view} height={10}>
      {view.passes.map((pass) => (
        <rect
          class={`pass tone-${toneOfPass(pass)}`}
          {...spanOf(view, pass.startedAt, pass.finishedAt)}
          y="1"
          height="8"
        >
          <title>{`Pass ${pass.id}`}</title>
        </rect>
      ))}
    </Track>
  </div>
)

const Lane: FC<{ scheduleId: string; runs: readonly TimelineRun[]; view: TimelineView }> = ({
  scheduleId,
  runs,
  view,
}) => {
  const rows = stack(runs, view.now)
  const depth = Math.max(...rows) + 1
  return (
    <div class="lane">
      <a class="lane-name name" href={schedulePath(scheduleId)}>
        {scheduleId}
      </a>
      <Track view={view} height={depth * 16}>
        {badLast(runs, rows).map(({ run, row }) => (
          <a href={`/runs/${run.id}`} tabindex={-1}>
            <title>{tooltip(run, view.now)}</title>
            <rect
              class={`run tone-${STATUS_TONES[run.status]}`}
              {...spanOf(view, run.startedAt ?? view.now, run.finishedAt)}
              y={row * 16 + 2}
              height="12"
            />
          </a>
        ))}
      </Track>
    </div>
  )
}

const Track: FC<{ view: TimelineView; height: number; children?: unknown }> = ({ view, height, children }) => (
  <svg class="track" viewBox={`0 0 ${WIDTH} ${height}`} height={height} preserveAspectRatio="none" aria-hidden="true">
    {[1, 2, 3, 4, 5, 6, 7].map((tick) => (
      <path class="grid" d={`M${(tick * WIDTH) / 8} 0V${height}`} />
    ))}
    {children}
    <path class="now" d={`M${place(view, view.now)} 0V${height}`} />
  </svg>
)

/** Those that ran last come first, as the newest are what people look for. */
function lanesOf(newestFirst: readonly TimelineRun[]): [string, TimelineRun[]][] {
  const lanes = new Map<string, TimelineRun[]>()
  for (const run of newestFirst) {
    const lane = lanes.get(run.scheduleId)
    if (lane === undefined) lanes.set(run.scheduleId, [run])
    else lane.push(run)
  }
  return [...lanes].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The row of each run, so that runs side by side do not cover each other; at most 6 rows. */
function stack(runs: readonly TimelineRun[], now: Date): number[] {
  const oldestFirst = runs.map((_, index) => index).sort((a, b) => startOf(runs[a], now) - startOf(runs[b], now))
  const freeAt: number[] = []
  const rows: number[] = []
  for (const index of oldestFirst) {
    const start = startOf(runs[index], now)
    const free = freeAt.findIndex((at) => at <= start)
    const row = free >= 0 ? free : Math.min(freeAt.length, 5)
    freeAt[row] = (runs[index]?.finishedAt ?? now).getTime()
    rows[index] = row
  }
  return rows
}

/** Drawn last, a failure is not hidden where runs are closer than their bars are wide. */
function badLast(runs: readonly TimelineRun[], rows: readonly number[]): { run: TimelineRun; row: number }[] {
  return runs.map((run, index) => ({ run, row: rows[index] ?? 0 })).sort((a, b) => isBad(a.run) - isBad(b.run))
}

function isBad({ status }: TimelineRun): 0 | 1 {
  return STATUS_TONES[status] === 'bad' ? 1 : 0
}

function startOf(run: TimelineRun | undefined, now: Date): number {
  return (run?.startedAt ?? now).getTime()
}

function spanOf(view: TimelineView, start: Date, end: Date | null): { x: number; width: number } {
  const x = Math.max(0, place(view, start))
  return { x, width: Math.max(MIN_WIDTH, place(view, end ?? view.now) - x) }
}

function place({ from, to }: TimelineView, at: Date): number {
  return Math.round(((at.getTime() - from.getTime()) / (to.getTime() - from.getTime())) * WIDTH * 10) / 10
}

function tooltip(run: TimelineRun, now: Date): string {
  return `${run.jobName}: ${STATUS_WORDS[run.status]}, ${took({ ...run, finishedAt: run.finishedAt ?? now })}`
}
