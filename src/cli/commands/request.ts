import type { Command } from 'commander'
import { expectPass, type ExpectedPass } from '../../commands/expect-pass.js'
import { findSchedules } from '../../commands/find-schedules.js'
import { requestRuns, type RequestedRuns } from '../../commands/request.js'
import type { JsonValue } from '../../domain/json.js'
import { ScheduleError } from '../../errors.js'
import type { CliContext } from '../context.js'
import { plural } from '../render/text.js'
import { themeOf } from '../render/theme.js'
import { formatInstant, formatRelative } from '../render/time.js'
import { withStore, type CommandRoom } from '../with-store.js'
import { writeJson } from '../write-json.js'

interface RequestOptions {
  job?: string
  params?: string
  json?: boolean
}

export function registerRequest(program: Command, context: CliContext): void {
  program
    .command('request')
    .description('leave a request: the next pass runs the jobs of these schedules')
    .argument('<ids...>', 'schedules')
    .option('--job <name>', 'only this job')
    .option('--params <json>', 'params of these runs, in place of those of the schedule')
    .option('--json', 'print JSON')
    .action((ids: string[], _options: RequestOptions, command: Command) =>
      withStore(command, context, (room) => request(ids, command.optsWithGlobals(), context, room)),
    )
}

async function request(ids: string[], options: RequestOptions, context: CliContext, room: CommandRoom): Promise<void> {
  const { store, actor } = room
  const params = options.params === undefined ? {} : { params: parseParams(options.params) }
  const requested: RequestedRuns[] = []
  for (const { id } of await findSchedules(store, ids)) {
    requested.push(await requestRuns(store, { scheduleId: id, job: options.job ?? null, ...params, actor }))
  }
  const now = await store.now()
  const lastPass = await store.readLastPass()
  const expected = expectPass(now, room.environment.pollIntervalMs, lastPass?.startedAt ?? null)
  if (options.json) writeJson(context.stdout, toJson(requested, expected))
  else context.stdout.write(render(requested, expected, now, context, room))
}

/** JSON given on the command line. Throws USAGE. */
export function parseParams(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    throw new ScheduleError('USAGE', `--params: not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      fix: `quote it for the shell: --params '{"tenant":"acme"}'`,
    })
  }
}

function render(
  requested: readonly RequestedRuns[],
  expected: ExpectedPass,
  now: Date,
  context: CliContext,
  { zone, environment }: CommandRoom,
): string {
  const theme = themeOf(context.stdout)
  const width = Math.max(...requested.flatMap(({ runs }) => runs.map((run) => run.jobName.length)))
  const lines = requested.flatMap(({ schedule, runs }) => [
    `${theme.green(theme.glyph('success'))} ${theme.bold(schedule.id)}: ${plural(runs.length, 'run')} requested`,
    ...runs.map((run) => `  ${run.jobName.padEnd(width)}  ${theme.dim(run.id)}`),
  ])
  return `${[...lines, sayWhen(expected, now, zone, environment.enabled)].join('\n')}\n`
}

function sayWhen(expected: ExpectedPass, now: Date, zone: string, enabled: boolean): string {
  if (!enabled) return 'Passes are switched off here (SCHEDULE_DAEMON_ENABLED=false): it waits until one runs.'
  if (expected.kind === 'expected') {
    return `Queued for the pass at about ${formatInstant(expected.at, zone, now)} (${formatRelative(expected.at, now)}).`
  }
  if (expected.lastPassAt === null) return 'Queued for the first pass: none has run yet on this database.'
  const last = `${formatInstant(expected.lastPassAt, zone, now)} (${formatRelative(expected.lastPassAt, now)})`
  return `Queued for the next pass. The last one started ${last}: does the platform's cron still run?`
}

function toJson(requested: readonly RequestedRuns[], expected: ExpectedPass): unknown {
  return {
    runs: requested.flatMap(({ runs }) =>
      runs.map(({ id, scheduleId, jobName, trigger, status, params }) => ({
        runId: id,
        scheduleId,
        jobName,
        trigger,
        status,
        params,
      })),
    ),
    expectedPassAt: expected.kind === 'expected' ? expected.at : null,
  }
}
