import { stripVTControlCharacters } from 'node:util'

// What a job or a person wrote must not be able to hide or reorder text (bidi overrides).
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/**
 * Text from outside, as people are to read it: without the colours of terminals and without what cannot be seen. Not shared
 * with the command line: that would be one more file for an idle pass to load.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replace(/\r\n?/g, '\n')).replace(UNPRINTABLE, '')
}
