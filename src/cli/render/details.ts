import { padEnd, widthOf, wrap } from './text.js'
import type { Theme } from './theme.js'

/** A name with what it stands for; null is left out. */
export type Detail = readonly [name: string, value: string | null]

const INDENT = 2

/** Names in one column, values in the next, long ones continued below where they began. */
export function renderDetails(details: readonly Detail[], theme: Theme): string {
  const shown = details.filter((detail): detail is readonly [string, string] => detail[1] !== null && detail[1] !== '')
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)))
  const continued = `\n${' '.repeat(width + 2 * INDENT)}`
  return shown
    .map(([name, value]) => {
      const lines = wrap(value, Math.max(20, theme.columns - width - 2 * INDENT))
      return `  ${theme.dim(padEnd(name, width))}  ${lines.join(continued)}\n`
    })
    .join('')
}

/** A heading with an indented block of text below it; nothing when the text is empty. */
export function renderBlock(heading: string, text: string | null, theme: Theme): string {
  if (text === null || text.trim() === '') return ''
  const lines = text.trimEnd().split('\n')
  return `\n${theme.bold(heading)}\n${lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')}`
}
