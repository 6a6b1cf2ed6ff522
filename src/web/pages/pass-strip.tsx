import type { FC } from 'hono/jsx'
import type { PassRow, PassStatus } from '../../domain/pass.js'
import { formatDuration, formatIn, plural } from './format.js'
import type { Tone } from './words.js'

const PASS_WORDS: Record<PassStatus, { word: string; tone: Tone }> = {
  RUNNING: { word: 'Running', tone: 'busy' },
  FINISHED: { word: 'Finished', tone: 'good' },
  IDLE: { word: 'Nothing due', tone: 'quiet' },
  LOST: { word: 'Lost', tone: 'bad' },
  INTERRUPTED: { word: 'Interrupted', tone: 'late' },
}

const PASSES = 36
const STEP = 6

/** A pass in one word: whether its jobs failed matters more than that it finished. */
export function wordOfPass(pass: PassRow): string {
  return (pass.failed ?? 0) > 0 && pass.status === 'FINISHED' ? 'Runs failed' : PASS_WORDS[pass.status].word
}

/** How a pass is to be shown: one whose jobs failed is not good. */
export function toneOfPass(pass: PassRow): Tone {
  return (pass.failed ?? 0) > 0 ? 'bad' : PASS_WORDS[pass.status].tone
}

/** The newest passes, oldest first: height is what they executed. */
export const PassStrip: FC<{ passes: readonly PassRow[] }> = ({ passes }) => {
  const shown = passes.slice(0, PASSES).toReversed()
  const most = Math.max(1, ...shown.map((pass) => pass.executed ?? 0))
  return (
    <svg
      class="strip pass-strip"
      viewBox={`0 0 ${PASSES * STEP} 24`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`The newest ${plural(shown.length, 'pass', 'passes')}`}
    >
      {shown.map((pass, index) => {
        const height = 3 + Math.round((17 * (pass.executed ?? 0)) / most)
        return (
          <g class={`slot tone-${toneOfPass(pass)}`}>
            <title>{tooltip(pass)}</title>
            <rect class="slot-bar" x={index * STEP + 1} y={24 - height} width="4" height={height} rx="1" />
          </g>
        )
      })}
    </svg>
  )
}

function tooltip(pass: PassRow): string {
  const took =
    pass.finishedAt === null ? '' : `, ${formatDuration(pass.finishedAt.getTime() - pass.startedAt.getTime())}`
  const failed = (pass.failed ?? 0) > 0 ? `, ${pass.failed} failed` : ''
  return `Pass ${pass.id}, ${formatIn(pass.startedAt, 'UTC')} UTC: ${plural(pass.executed ?? 0, 'run')}${failed}${took}`
}
