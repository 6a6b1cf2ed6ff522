import type { SlotOutcome } from '../../queries/queries.js'
import { BARS } from './glyphs.js'
import { statusGlyph, statusPaint } from './status.js'
import type { Cell } from './table.js'
import type { Theme } from './theme.js'

/**
 * The newest slots, oldest left: one bar each, its height the duration (by square root, so that one long run does
 * not flatten the rest), its colour the outcome. Without colours one sign of the outcome each.
 */
export function stripCell(slots: readonly SlotOutcome[], width: number, theme: Theme): Cell {
  const shown = slots.slice(-width)
  const longest = Math.max(1, ...shown.map((slot) => slot.durationMs ?? 0))
  const signs = shown.map(({ durationMs, status }) =>
    theme.colors && theme.unicode && durationMs !== null ? bar(durationMs / longest) : statusGlyph(status, theme),
  )
  const paint = (text: string) =>
    shown.map(({ status }, index) => statusPaint(status, theme)(text[index] ?? '')).join('')
  return { text: signs.join(''), paint }
}

function bar(part: number): string {
  return BARS[Math.min(BARS.length - 1, Math.floor(Math.sqrt(part) * BARS.length))] ?? BARS[0]
}
