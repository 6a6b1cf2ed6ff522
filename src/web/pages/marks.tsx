import type { FC, PropsWithChildren } from 'hono/jsx'
import type { RunReason, RunStatus } from '../../domain/run.js'
import type { ScheduleState } from '../../queries/queries.js'
import { formatIn, formatRelative } from './format.js'
import { REASON_WORDS, STATE_WORDS, STATUS_TONES, STATUS_WORDS, type Tone } from './words.js'

// A shape for every tone: colour alone tells some readers nothing.
const SHAPES: Record<Tone, string> = {
  good: 'M3 8.5 6.5 12 13 4.5',
  bad: 'M4 4 12 12M12 4 4 12',
  late: 'M8 3v6M8 12.4v.2',
  busy: 'M5 3.5 12 8 5 12.5Z',
  wait: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 5.5v3l2 1.2',
  quiet: 'M4 8h8',
}

export const Mark: FC<{ tone: Tone }> = ({ tone }) => (
  <svg class="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={SHAPES[tone]} />
  </svg>
)

export const Badge: FC<PropsWithChildren<{ tone: Tone }>> = ({ tone, children }) => (
  <span class={`badge tone-${tone}`}>
    <Mark tone={tone} />
    {children}
  </span>
)

export const StatusBadge: FC<{ status: RunStatus }> = ({ status }) => (
  <Badge tone={STATUS_TONES[status]}>{STATUS_WORDS[status]}</Badge>
)

export const StateBadge: FC<{ state: ScheduleState }> = ({ state }) => (
  <Badge tone={STATE_WORDS[state].tone}>{STATE_WORDS[state].word}</Badge>
)

export const Reason: FC<{ reason: RunReason | null }> = ({ reason }) =>
  reason === null ? null : <span class="muted">{REASON_WORDS[reason]}</span>

/** An instant in UTC, which the script rewrites to the viewer's zone. */
export const Time: FC<{ at: Date; seconds?: boolean; clock?: boolean }> = ({ at, seconds = false, clock = false }) => (
  <time datetime={at.toISOString()} data-form={clock ? 'clock' : seconds ? 'seconds' : 'minutes'}>
    {clock ? formatIn(at, 'UTC').slice(-5) : `${formatIn(at, 'UTC', seconds)} UTC`}
  </time>
)

/** `12 min ago`, with the instant itself in reach. */
export const Ago: FC<{ at: Date; now: Date }> = ({ at, now }) => (
  <time datetime={at.toISOString()} data-form="title" title={`${formatIn(at, 'UTC', true)} UTC`}>
    {formatRelative(at, now)}
  </time>
)
