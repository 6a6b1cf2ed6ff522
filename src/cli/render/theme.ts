import { styleText } from 'node:util'
import type { Output } from '../context.js'
import { GLYPHS, type GlyphName } from './glyphs.js'

export type Paint = (text: string) => string

/** How to draw on one output: paints do nothing where colours are off, glyphs are ASCII where nothing else shows. */
export interface Theme {
  readonly columns: number
  readonly colors: boolean
  readonly unicode: boolean
  bold: Paint
  dim: Paint
  red: Paint
  green: Paint
  yellow: Paint
  cyan: Paint
  glyph(name: GlyphName): string
}

export function themeOf(output: Pick<Output, 'columns' | 'colors' | 'unicode'>): Theme {
  const set = output.unicode === false ? 1 : 0
  const paint = (format: Parameters<typeof styleText>[0]): Paint =>
    // validateStream would ask process.stdout again; the output has decided already.
    output.colors ? (text) => (text === '' ? '' : styleText(format, text, { validateStream: false })) : (text) => text
  return {
    columns: output.columns,
    colors: output.colors,
    unicode: output.unicode !== false,
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
    glyph: (name) => GLYPHS[name][set],
  }
}
