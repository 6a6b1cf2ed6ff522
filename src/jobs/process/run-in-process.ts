import type { ChildProcess } from 'node:child_process'

import type { Attempt, Ending } from '../ending.js'
import { followStreams } from '../follow-stream.js'
import { supervise } from '../supervise.js'
import { TailBuffer } from '../tail-buffer.js'
import { within } from '../within.js'
import { reportIn, type Order } from './messages.js'
import { describeProcessEnd } from './process-end.js'
import { startJobProcess } from './start-job-process.js'

const LAST_WORD_MS = 1000
const STDERR_BYTES = 2048
const OUT_OF_MEMORY = 'JavaScript heap out of memory'

/** Runs a function job in its own process, which can be killed and takes nobody with it when it dies. */
export async function runInProcess({ request, halt, log }: Attempt): Promise<Ending> {
  const { job, configFile, context } = request
  const child = startJobProcess(job.name, job.memoryLimitMb)
  const supervised = supervise(child, halt, request.graceMs, request.hurry)
  const stderrTail = new TailBuffer(STDERR_BYTES)
  let isOutOfMemory = false
  const streams = followStreams(child, (text, source) => {
    log.append(text)
    if (source === 'stderr') stderrTail.write(text)
    isOutOfMemory ||= source === 'stderr' && text.includes(OUT_OF_MEMORY)
  })
  const reported = listen(child, (fraction, note) => {
    if (!halt.isSettled) request.onProgress(fraction, note)
  })
  give(child, { type: 'start', configFile, jobName: job.name, context })
  halt.signal.addEventListener('abort', () => {
    if (halt.reason !== null) give(child, { type: 'stop', ...halt.reason })
  })
  const report = await Promise.race([reported, supervised.exited.then(() => within(reported, LAST_WORD_MS))])
  const exit = report === null ? await supervised.exited : null
  halt.settle()
  await supervised.close()
  await streams.end()
  if (exit === null) return report as Ending
  return describeProcessEnd(exit, { isOutOfMemory, memoryLimitMb: job.memoryLimitMb, stderr: stderrTail.toString() })
}

function give(child: ChildProcess, message: Order): void {
  // A channel that closed meanwhile is not an error: how the process ended says more.
  child.send(message, () => undefined)
}

/** How the job ended by its own account; null when its process ended without one. */
function listen(
  child: ChildProcess,
  onProgress: (fraction: number, note: string | null) => void,
): Promise<Ending | null> {
  return new Promise((resolve) => {
    child.on('error', () => undefined)
    child.once('disconnect', () => resolve(null))
    child.on('message', (message) => {
      const report = reportIn(message)
      if (report?.type === 'progress') onProgress(report.fraction, report.note)
      if (report?.type === 'ended') resolve(report.ending)
    })
  })
}
