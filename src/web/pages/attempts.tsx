import type { FC } from 'hono/jsx'
import type { Attempt, AttemptStatus, Run } from '../../domain/run.js'
import { firstLine, formatDuration } from './format.js'
import { StatusBadge, Time } from './marks.js'
import { Scroll, Section } from './parts.js'
import { STATUS_TONES } from './words.js'

const WIDTH = 1000

export const Attempts: FC<{ run: Run }> = ({ run: { attempts } }) =>
  attempts.length === 0 ? null : (
    <Section id="attempts" title="Attempts">
      <Scroll label="Attempts">
        <table class="attempts">
          <thead>
            <tr>
              <th scope="col" class="number">
                #
              </th>
              <th scope="col">Status</th>
              <th scope="col">Started</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">Pass</th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <tr>
                <td class="number">{attempt.number}</td>
                <td>
                  <StatusBadge status={attempt.status} />
                </td>
                <td class="nowrap">
                  <Time at={new Date(attempt.startedAt)} seconds />
                </td>
                <td class="number nowrap">{attempt.durationMs === null ? '–' : formatDuration(attempt.durationMs)}</td>
                <td>{attempt.passId ?? '–'}</td>
                <td class="name">
                  <div class="error-line">{firstLine(attempt.error ?? '')}</div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Section>
  )

/** From when the run was recorded to its end: where it waited, and where it was tried. */
export const AttemptTimeline: FC<{ run: Run; now: Date }> = ({ run, now }) => {
  const bars = barsOf(run, now)
  if (bars.length === 0) return null
  const from = run.createdAt.getTime()
  const to = Math.max(from + 1, (run.finishedAt ?? now).getTime(), ...bars.map((bar) => bar.to))
  const x = (at: number) => Math.round(((Math.max(from, at) - from) / (to - from)) * WIDTH)
  return (
    <Section id="course" title="Timeline">
      <svg class="course" viewBox={`0 0 ${WIDTH} 20`} preserveAspectRatio="none" role="img" aria-label={label(bars)}>
        <rect class="course-wait" x="0" y="8" width={WIDTH} height="4" />
        {bars.map((bar) => (
          <rect
            class={`tone-${STATUS_TONES[bar.status]}`}
            x={x(bar.from)}
            y="2"
            width={Math.max(4, x(bar.to) - x(bar.from))}
            height="16"
          />
        ))}
      </svg>
      <div class="course-ends muted">
        <span>
          recorded <Time at={run.createdAt} seconds />
        </span>
        <span>
          {run.finishedAt === null ? 'now' : 'ended'} <Time at={run.finishedAt ?? now} seconds />
        </span>
      </div>
    </Section>
  )
}

interface Bar {
  status: AttemptStatus | 'RUNNING'
  from: number
  to: number
}

function barsOf({ attempts, status, startedAt }: Run, now: Date): Bar[] {
  const ended = attempts.map((attempt): Bar => ({ status: attempt.status, ...spanOf(attempt) }))
  return status === 'RUNNING' && startedAt !== null
    ? [...ended, { status, from: startedAt.getTime(), to: now.getTime() }]
    : ended
}

function spanOf({ startedAt, finishedAt }: Attempt): { from: number; to: number } {
  const from = Date.parse(startedAt)
  return { from, to: finishedAt === null ? from : Date.parse(finishedAt) }
}

function label(bars: readonly Bar[]): string {
  return bars.map((bar, index) => `attempt ${index + 1} took ${formatDuration(bar.to - bar.from)}`).join(', ')
}
