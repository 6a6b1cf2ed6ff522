/** Each sign with its ASCII stand-in; all one cell wide but the ASCII ellipsis and arrow. */
export const GLYPHS = {
  success: ['✓', '+'],
  failure: ['✗', 'x'],
  running: ['▸', '>'],
  waiting: ['○', 'o'],
  due: ['●', '*'],
  paused: ['‖', '='],
  ended: ['■', '#'],
  unknown: ['?', '?'],
  skipped: ['–', '-'],
  cancelled: ['⊘', '/'],
  warning: ['!', '!'],
  separator: ['·', '-'],
  ellipsis: ['…', '...'],
  arrow: ['→', '->'],
  times: ['×', 'x'],
} as const satisfies Record<string, readonly [unicode: string, ascii: string]>

export type GlyphName = keyof typeof GLYPHS

/** Heights of a strip's bars, lowest first. */
export const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
