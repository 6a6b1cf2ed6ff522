import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { systemClock } from '../clock.js'
import { describeCommandEnd, describeStartFailure } from './command-end.js'
import type { Attempt, Ending } from './ending.js'
import { followStreams } from './follow-stream.js'
import { prepareToHold } from './held-groups.js'
import type { AttemptRequest, CommandWork } from './job.js'
import { supervise } from './supervise.js'
import { TailBuffer } from './tail-buffer.js'

const STDERR_BYTES = 2048
const SHARED_SIGNAL_MS = 100

/** Runs a command without a shell, in a process group of its own that ends with it. */
export async function runCommand(attempt: Attempt, work: CommandWork): Promise<Ending> {
  const { request, halt, log } = attempt
  const folder = resolve(dirname(request.configFile), work.cwd ?? '.')
  if (!existsSync(folder))
    return { kind: 'failed', error: `the working folder of ${work.command} does not exist: ${folder}` }
  const { execa } = await import('execa')
  prepareToHold()
  const child = execa(work.command, work.args, {
    cwd: folder,
    env: { ...work.env, ...contextVariables(request.context) },
    ...(work.stdin === null ? { stdin: 'ignore' } : { input: work.stdin }),
    buffer: false,
    detached: true,
    cleanup: false,
    reject: false,
  })
  const supervised = supervise(child, halt, request.graceMs, request.hurry)
  const stderrTail = new TailBuffer(STDERR_BYTES)
  const streams = followStreams(child, (text, source) => {
    log.append(text)
    if (source === 'stderr') stderrTail.write(text)
  })
  if (child.pid === undefined) return describeStartFailure(await child, work)
  const exit = await supervised.exited
  // Some platforms send their signal to every process: then a stop of the pass follows in a moment.
  if (exit.signal === 'SIGTERM' || exit.signal === 'SIGINT') await systemClock.sleep(SHARED_SIGNAL_MS, halt.signal)
  halt.settle()
  await supervised.close()
  await streams.end()
  return describeCommandEnd(exit, work, stderrTail.toString())
}

function contextVariables(context: AttemptRequest['context']): Record<string, string> {
  return {
    RUN_ID: context.runId,
    SCHEDULE_ID: context.scheduleId,
    JOB_NAME: context.jobName,
    SCHEDULED_FOR: context.scheduledFor.toISOString(),
    TRIGGER: context.trigger,
    ATTEMPT: String(context.attempt),
    FENCE: String(context.fence),
    IDEMPOTENCY_KEY: context.idempotencyKey,
    PARAMS: JSON.stringify(context.params),
  }
}
