import type { FC } from 'hono/jsx'
import type { SlotOutcome } from '../../queries/queries.js'
import { formatDuration, formatIn } from './format.js'
import { REASON_WORDS, STATUS_TONES, STATUS_WORDS } from './words.js'

const SLOTS = 60
const STEP = 6
const BAR = 4
const HEIGHT = 36
const LOWEST = 5
const FOOT = 4

/** The newest slots, oldest first: height is duration, colour and shape are the outcome. */
export const Strip: FC<{ slots: readonly SlotOutcome[]; zone: string }> = ({ slots, zone }) => {
  const shown = slots.slice(-SLOTS)
  const longestMs = Math.max(1, ...shown.map((slot) => slot.durationMs ?? 0))
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${SLOTS * STEP} ${HEIGHT + FOOT}`}
      preserveAspectRatio="xMaxYMax meet"
      role="img"
      aria-label={summary(shown)}
    >
      <path class="strip-base" d={`M0 ${HEIGHT + 0.5}H${SLOTS * STEP}`} />
      {shown.map((slot, index) => (
        <SlotBar slot={slot} zone={zone} x={(SLOTS - shown.length + index) * STEP} longestMs={longestMs} />
      ))}
    </svg>
  )
}

const SlotBar: FC<{ slot: SlotOutcome; zone: string; x: number; longestMs: number }> = (props) => {
  const { slot, zone, x, longestMs } = props
  const tone = STATUS_TONES[slot.status]
  const ran = slot.runs > 0
  const part = slot.durationMs === null ? 0.5 : slot.durationMs / longestMs
  const height = ran ? Math.round(LOWEST + part * (HEIGHT - LOWEST - 1)) : LOWEST
  return (
    <g class={`slot tone-${tone}${ran ? '' : ' slot-none'}`}>
      <title>{tooltip(slot, zone)}</title>
      <rect class="slot-hit" x={x} y="0" width={STEP} height={HEIGHT + FOOT} />
      <rect class="slot-bar" x={x + 1} y={HEIGHT - height} width={BAR} height={height} rx="1" />
      {tone === 'bad' ? <rect class="slot-foot" x={x + 1} y={HEIGHT + 1.5} width={BAR} height="2.5" rx="1" /> : null}
    </g>
  )
}

function tooltip(slot: SlotOutcome, zone: string): string {
  const when =
    slot.firstSlot !== null && slot.slotCount > 1
      ? `${slot.slotCount} slots, ${formatIn(slot.firstSlot, zone)} to ${formatIn(slot.scheduledFor, zone)}`
      : formatIn(slot.scheduledFor, zone)
  const why = slot.reason === null ? '' : ` (${REASON_WORDS[slot.reason]})`
  const took = slot.durationMs === null ? '' : `, ${formatDuration(slot.durationMs)}`
  return `${when}: ${STATUS_WORDS[slot.status]}${why}${took}`
}

function summary(slots: readonly SlotOutcome[]): string {
  if (slots.length === 0) return 'No slots yet'
  const counts = new Map<string, number>()
  for (const slot of slots) {
    const word = STATUS_WORDS[slot.status].toLowerCase()
    counts.set(word, (counts.get(word) ?? 0) + slot.slotCount)
  }
  const parts = [...counts].map(([word, count]) => `${count} ${word}`)
  return `Newest slots: ${parts.join(', ')}`
}

/** What heights, colours and shapes of the strips mean. */
export const StripLegend: FC = () => (
  <p class="strip-legend muted">
    <span>Newest slot on the right. Height: how long it took, against the longest shown.</span>{' '}
    <span class="key tone-good">completed</span> <span class="key key-foot tone-bad">failed (underlined)</span>{' '}
    <span class="key tone-busy">running</span> <span class="key key-none tone-late">missed</span>{' '}
    <span class="key key-none tone-quiet">skipped</span>
  </p>
)
