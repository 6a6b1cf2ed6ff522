import { planPass, runNow, runPass, type PassWiring, type RunPassOptions } from '../program/run-pass.js'
import type { Prepared } from '../program/prepare.js'
import type { PassReport } from '../pass/report.js'
import { createStopper } from '../pass/stop.js'
import type { CliContext } from './context.js'
import type { PassOptions } from './commands/pass.js'
import type { RunOptions } from './commands/run.js'
import { createPassVoice, type PassVoice } from './pass-voice.js'
import { guardProcess } from './signals.js'
import { writeJson } from './write-json.js'

/** Makes the pass of the command line and prints its report. */
export async function makePass(options: PassOptions, context: CliContext): Promise<void> {
  await makeAndPrint(options, context, (wiring) => runPass(toRunPassOptions(options, context), wiring))
}

/** `run ID`. */
export async function makeRun(scheduleId: string, options: RunOptions, context: CliContext): Promise<void> {
  const { cliActor } = await import('../commands/actor.js')
  const { parseParams } = await import('./commands/request.js')
  const params = options.params === undefined ? undefined : parseParams(options.params)
  const request = { ...toRunPassOptions(options, context), scheduleId, job: options.job, params, actor: cliActor() }
  await makeAndPrint(options, context, (wiring) => runNow(request, wiring))
}

/** `--dry-run`. */
export async function printPlan(options: PassOptions, context: CliContext): Promise<void> {
  const voice = createPassVoice(options, context)
  const report = await planPass(toRunPassOptions(options, context), {
    onPrepared: (prepared) => voice.prepared(prepared),
  })
  if (options.json === true) writeJson(context.stdout, report)
  else {
    const { renderDryRun } = await import('./render/dry-run.js')
    context.stdout.write(renderDryRun(report, voice.view(), context.stdout))
  }
  await voice.finish()
  context.setExitCode(report.exitCode)
}

async function makeAndPrint(
  options: PassOptions,
  context: CliContext,
  make: (wiring: PassWiring) => Promise<PassReport>,
): Promise<void> {
  const stopper = createStopper()
  const voice = createPassVoice(options, context)
  let graceMs = 0
  const guard = guardProcess({
    stopper,
    warn: (message) => voice.observer.warning(message),
    graceMs: () => graceMs,
    maxDurationMs: options.maxDuration ?? null,
  })
  try {
    const wiring: PassWiring = {
      stopper,
      observer: voice.observer,
      clock: context.clock,
      onPrepared: (prepared: Prepared) => {
        graceMs = prepared.environment.shutdownGraceMs
        voice.prepared(prepared)
      },
    }
    const ended = await Promise.race([make(wiring), guard.timeIsUp, guard.outOfTime])
    if (typeof ended === 'number') context.setExitCode(ended)
    else await print(ended, options, context, voice)
  } finally {
    guard.dispose()
    await voice.finish()
  }
}

async function print(report: PassReport, options: PassOptions, context: CliContext, voice: PassVoice): Promise<void> {
  context.setExitCode(report.exitCode)
  if (options.json === true) {
    for (const note of report.notes) voice.observer.warning(note)
    if (report.error !== null) voice.failed(report.error)
    writeJson(context.stdout, report)
    return
  }
  await voice.summary(report)
}

function toRunPassOptions(options: PassOptions, context: CliContext): RunPassOptions {
  return {
    cwd: context.cwd,
    variables: context.variables,
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.schedule === undefined ? {} : { schedules: options.schedule }),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.maxDuration === undefined ? {} : { maxDuration: options.maxDuration }),
    ...(options.failOn === undefined ? {} : { failOn: options.failOn }),
  }
}
