import { stripVTControlCharacters } from 'node:util'
import measure from 'fast-string-truncated-width'

/** Cells that a text without escape sequences takes in a terminal. */
export function widthOf(text: string): number {
  return measure(text).width
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Cuts a text to at most `limit` cells, the ellipsis included; what a reader takes for one character stays whole. */
export function truncate(text: string, limit: number, ellipsis = '…'): string {
  if (widthOf(text) <= limit) return text
  if (limit <= ellipsis.length) return ellipsis.slice(0, limit)
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(kept + segment) > limit - ellipsis.length) break
    kept += segment
  }
  return kept.trimEnd() + ellipsis
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text
}

/** Lines of at most `width` cells, broken at spaces; a word that is longer gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line]
}

// What a job wrote must not be able to move the cursor, retitle the window or hide text (bidi overrides).
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Text from outside, safe to print: line breaks and tabs stay, escape sequences and control characters go. */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(UNPRINTABLE, '').replaceAll('\t', '    ')
}

/** The same on one line, for a cell of a table. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim()
}

/** An error on one line: what was thrown, without the stack. */
export function errorHeadline(error: string): string {
  return oneLine(error.split(/\n\s+at /, 1)[0] ?? '')
}

/** `1 run`, `2 runs`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
