import type { Readable } from 'node:stream'

import { within } from './within.js'

// A line without an end (a progress bar, a binary file) is passed on in pieces of this size.
const LONGEST_LINE = 8 * 1024
const END_MS = 1000

const SOURCES = ['stdout', 'stderr'] as const
type Source = (typeof SOURCES)[number]

export interface FollowedStreams {
  /** Waits a little for both to end (something outside the group may hold them open), then closes them. */
  end(): Promise<void>
}

/** Passes stdout and stderr on in whole lines, so that the two mix legibly. */
export function followStreams(
  process: { stdout: Readable | null; stderr: Readable | null },
  write: (text: string, source: Source) => void,
): FollowedStreams {
  const ends = SOURCES.flatMap((source) => {
    const stream = process[source]
    return stream === null ? [] : [followStream(stream, (text) => write(text, source))]
  })
  return {
    async end() {
      await within(Promise.all(ends), END_MS)
      process.stdout?.destroy()
      process.stderr?.destroy()
      await Promise.all(ends)
    },
  }
}

function followStream(stream: Readable, write: (text: string) => void): Promise<void> {
  let pending = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1
    const whole = pending + text.slice(0, end)
    pending = end === 0 ? whole + text : text.slice(end)
    if (end > 0) write(whole)
    if (pending.length > LONGEST_LINE) {
      write(pending)
      pending = ''
    }
  })
  return new Promise((resolve) => {
    stream.on('error', () => undefined)
    stream.once('close', () => {
      if (pending !== '') write(`${pending}\n`)
      resolve()
    })
  })
}
