import { widthOf } from './text.js'
import type { Paint, Theme } from './theme.js'

export type Part = string | { text: string; paint: Paint }

/** Short remarks below a table, dim unless painted, broken between them where a line is full. */
export function renderFooter(parts: readonly Part[], theme: Theme): string {
  const separator = ` ${theme.glyph('separator')} `
  const lines: string[] = []
  let line = ''
  let width = 0
  for (const part of parts) {
    const { text, paint } = typeof part === 'string' ? { text: part, paint: theme.dim } : part
    if (line !== '' && width + separator.length + widthOf(text) > theme.columns) {
      lines.push(line)
      line = ''
      width = 0
    }
    line += line === '' ? paint(text) : theme.dim(separator) + paint(text)
    width += (width === 0 ? 0 : separator.length) + widthOf(text)
  }
  return `${[...lines, line].join('\n')}\n`
}
