import { callFunction } from '../call-function.js'
import { describeError } from '../describe-error.js'
import type { Ending } from '../ending.js'
import { createContext } from '../job-context.js'
import { createJobLog } from '../job-log.js'
import { StopRequest } from '../job.js'
import { findFunction } from './find-function.js'
import type { Envelope, Order, Report, StartOrder } from './messages.js'
import { createOutputWriter } from './output-writer.js'
import { createProgressSender } from './progress-sender.js'
import { watchParent } from './watch-parent.js'

// Some platforms signal every process: then the pass's own order, which says why, follows in a moment.
const SHARED_SIGNAL_MS = 200

const stop = new AbortController()
const output = createOutputWriter(process.stdout, process.stderr)
let isOver = false

watchParent(Number(process.argv[3]))
process.on('SIGTERM', onTerminate)
process.on('uncaughtException', (thrown) => void end({ kind: 'failed', error: describeError(thrown) }))
process.on('message', obey)
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

function obey(order: Order): void {
  if (order.type === 'start') void run(order).then(end)
  else if (order.kind === 'timeout') stop.abort(new DOMException(order.message, 'TimeoutError'))
  else stop.abort(new StopRequest(order.kind, order.message))
}

async function run({ configFile, jobName, context }: StartOrder): Promise<Ending> {
  try {
    const work = await findFunction(configFile, jobName)
    const log = createJobLog((line) => output.write(line))
    const onProgress = createProgressSender(report)
    return await callFunction(work, createContext(context, { signal: stop.signal, log, onProgress }))
  } catch (thrown) {
    return { kind: 'failed', error: describeError(thrown) }
  }
}

/** Reports and lets go: what the job left open has a moment to end before the pass ends it. */
async function end(ending: Ending): Promise<void> {
  if (isOver) return
  isOver = true
  await output.flush()
  report({ type: 'ended', ending }, () => {
    process.off('SIGTERM', onTerminate)
    if (process.connected) process.disconnect()
  })
}

function report(toPass: Report, sent: () => void): void {
  if (process.connected) process.send?.({ toPass } satisfies Envelope, undefined, undefined, sent)
}

function onTerminate(): void {
  setTimeout(() => stop.abort(new StopRequest('interrupted', 'received SIGTERM')), SHARED_SIGNAL_MS)
}
