import { createRedactor } from '../secrets.js'
import type { Output } from './context.js'

const COLUMNS_OF_A_PIPE = 240
const COLUMNS_OF_AN_UNKNOWN_TERMINAL = 80

/** The part of a `tty.WriteStream` that an output needs; pipes and files have no columns. */
export interface TextStream {
  write(text: string): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
  isTTY?: boolean
  columns?: number
}

/** Wraps a stream of the process; once it fails (the reader of `| head` is gone, the disk full) what is written is dropped. */
export function createOutput(stream: TextStream, variables: NodeJS.ProcessEnv): Output {
  let closed = false
  const write = stream.write.bind(stream)
  stream.on('error', () => {
    closed = true
  })
  return {
    write: (text) => {
      // `.env` may have added secrets since the last time.
      if (!closed) write(createRedactor(variables)(text))
    },
    isTTY: stream.isTTY === true && !isOn(variables['CI']) && variables['TERM'] !== 'dumb',
    get columns() {
      return columnsOf(stream, variables)
    },
    colors: showsColors(stream, variables),
    unicode: showsUnicode(variables),
  }
}

/** FORCE_COLOR decides, then NO_COLOR (no-color.org: any non-empty value), then whether a person looks at it. */
function showsColors(stream: TextStream, variables: NodeJS.ProcessEnv): boolean {
  const forced = variables['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced.toLowerCase() !== 'false'
  if ((variables['NO_COLOR'] ?? '') !== '') return false
  return stream.isTTY === true && !isOn(variables['CI']) && variables['TERM'] !== 'dumb'
}

function showsUnicode(variables: NodeJS.ProcessEnv): boolean {
  if (variables['TERM'] === 'linux' || variables['TERM'] === 'dumb') return false
  const locale = [variables['LC_ALL'], variables['LC_CTYPE'], variables['LANG']].find((value) => (value ?? '') !== '')
  return locale === undefined || /utf-?8/i.test(locale)
}

function columnsOf(stream: TextStream, variables: NodeJS.ProcessEnv): number {
  const width = Number(stream.columns ?? variables['COLUMNS'])
  if (Number.isInteger(width) && width > 0) return width
  return stream.isTTY === true ? COLUMNS_OF_AN_UNKNOWN_TERMINAL : COLUMNS_OF_A_PIPE
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false'
}
