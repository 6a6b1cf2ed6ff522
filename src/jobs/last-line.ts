import { cutText } from './utf8.js'

const LAST_LINE_BYTES = 500

/** The last line of a text as the tail of a message, such as `: disk full`; empty when there is none. */
export function lastLine(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? ''
  return line === '' ? '' : `: ${cutText(line, LAST_LINE_BYTES)}`
}
