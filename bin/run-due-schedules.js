#!/usr/bin/env node
import { findProgram } from './find-program.js'

const STALLED_READER_MS = 60_000
const STALLED_AFTER_A_SIGNAL_MS = 200

let exitCode = 2
const program = findProgram('cli.js')
if (program !== null) {
  // A reader that goes away (`| head`) must not stop a pass half way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const { main } = await import(program)
  exitCode = await main(process.argv.slice(2))
}
await Promise.all([process.stdout, process.stderr].map(drained))

// Whatever jobs left open (timers, sockets, children) must not keep the process alive.
process.exit(exitCode)

/** Resolves when everything has been read: exiting earlier cuts piped output at 64 KiB. */
function drained(stream) {
  return new Promise((resolve) => {
    let left = stream.writableLength
    if (left === 0 || stream.destroyed) return resolve()
    let waitedMs = 0
    const patienceMs = exitCode > 128 ? STALLED_AFTER_A_SIGNAL_MS : STALLED_READER_MS
    const timer = setInterval(() => {
      // Jobs that were left behind may go on printing: only what was read counts.
      waitedMs = stream.writableLength < left ? 0 : waitedMs + 50
      left = stream.writableLength
      if (left === 0 || stream.destroyed || waitedMs >= patienceMs) {
        clearInterval(timer)
        resolve()
      }
    }, 50)
  })
}
