import type { Writable } from 'node:stream'

import { TailBuffer } from '../tail-buffer.js'
import { within } from '../within.js'

const QUEUED_BYTES = 1024 * 1024
const KEPT_BYTES = 64 * 1024
const FLUSH_MS = 5000

/** Writes a job's log lines to its stdout, which is asynchronous: what a flood piles up is cut to its end. */
export interface OutputWriter {
  write(text: string): void
  /** Resolves when all of it has been handed over, or after five seconds. */
  flush(): Promise<void>
}

export function createOutputWriter(stdout: Writable, stderr: Writable): OutputWriter {
  // Jobs replace these methods to capture what they print.
  const [toStdout, toStderr] = [stdout.write.bind(stdout), stderr.write.bind(stderr)] as const
  let surplus: TailBuffer | null = null
  return { write, flush }

  function write(text: string): void {
    if (surplus === null && stdout.writableLength < QUEUED_BYTES) {
      toStdout(text)
      return
    }
    if (surplus === null) stdout.once('drain', writeSurplus)
    surplus ??= new TailBuffer(KEPT_BYTES)
    surplus.write(text)
  }

  function writeSurplus(): void {
    if (surplus !== null) toStdout(surplus.toString())
    surplus = null
  }

  async function flush(): Promise<void> {
    writeSurplus()
    await within(Promise.all([toStdout, toStderr].map((to) => new Promise((resolve) => to('', resolve)))), FLUSH_MS)
  }
}
