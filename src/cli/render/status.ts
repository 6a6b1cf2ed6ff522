import type { RunReason, RunStatus } from '../../domain/run.js'
import type { ScheduleState } from '../../queries/queries.js'
import type { GlyphName } from './glyphs.js'
import type { Cell } from './table.js'
import type { Paint, Theme } from './theme.js'

type Color = 'red' | 'green' | 'yellow' | 'cyan' | 'dim'

interface Look {
  glyph: GlyphName
  color: Color
}

const STATUS: Record<RunStatus, Look> = {
  PENDING: { glyph: 'waiting', color: 'yellow' },
  QUEUED: { glyph: 'waiting', color: 'yellow' },
  RUNNING: { glyph: 'running', color: 'cyan' },
  COMPLETED: { glyph: 'success', color: 'green' },
  FAILED: { glyph: 'failure', color: 'red' },
  TIMED_OUT: { glyph: 'failure', color: 'red' },
  ABANDONED: { glyph: 'failure', color: 'red' },
  INTERRUPTED: { glyph: 'warning', color: 'yellow' },
  SKIPPED: { glyph: 'skipped', color: 'dim' },
  MISSED: { glyph: 'skipped', color: 'yellow' },
  CANCELLED: { glyph: 'cancelled', color: 'dim' },
}

const STATE: Record<ScheduleState, Look> = {
  orphaned: { glyph: 'unknown', color: 'yellow' },
  paused: { glyph: 'paused', color: 'yellow' },
  running: { glyph: 'running', color: 'cyan' },
  due: { glyph: 'due', color: 'cyan' },
  waiting: { glyph: 'waiting', color: 'dim' },
  ended: { glyph: 'ended', color: 'dim' },
}

const REASONS: Record<RunReason, string> = {
  overlap: 'the previous run was still open',
  paused: 'paused',
  condition: 'its condition said no',
  environment: 'not for this environment',
  coalesced: 'a newer slot ran instead',
  window: 'older than the catch-up window',
  limit: 'over the catch-up limit',
  edited: 'the schedule was edited',
  superseded: 'a newer slot started first',
  replaced: 'replaced by a newer slot',
  requested: 'cancelled on request',
  retry: 'waits for its retry',
  crashed: 'its process died; goes on',
  interrupted: 'was stopped; goes on',
}

/** `✓ completed`. */
export function statusCell(status: RunStatus, theme: Theme): Cell {
  const { glyph } = STATUS[status]
  return { text: `${theme.glyph(glyph)} ${statusInWords(status)}`, paint: statusPaint(status, theme) }
}

export function statusGlyph(status: RunStatus, theme: Theme): string {
  return theme.glyph(STATUS[status].glyph)
}

export function statusPaint(status: RunStatus, theme: Theme): Paint {
  return theme[STATUS[status].color]
}

export function stateGlyph(state: ScheduleState, theme: Theme): string {
  return theme.glyph(STATE[state].glyph)
}

export function statePaint(state: ScheduleState, theme: Theme): Paint {
  return theme[STATE[state].color]
}

/** `timed out`. */
export function statusInWords(status: RunStatus): string {
  return status.toLowerCase().replaceAll('_', ' ')
}

export function reasonInWords(reason: RunReason, status: RunStatus): string {
  if (reason === 'condition' && status === 'FAILED') return 'its condition threw'
  if (reason === 'requested' && status !== 'CANCELLED') return 'asked to stop'
  return REASONS[reason]
}
