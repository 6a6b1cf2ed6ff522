import type { Command } from 'commander'
import { cliActor } from '../commands/actor.js'
import { SchedulesNotFound } from '../commands/find-schedules.js'
import type { Config } from '../config/config.js'
import type { Environment } from '../config/environment.js'
import { ScheduleError } from '../errors.js'
import type { Store } from '../store/store.js'
import type { CliContext } from './context.js'
import { prepare, sayWhereDefaultIs } from './prepare.js'
import { localZone } from './render/time.js'

/** What a command that writes works with. */
export interface CommandRoom {
  store: Store
  environment: Environment
  config: Config | null
  /** Who types, as audit events name them. */
  actor: string
  /** The zone of the person who types. */
  zone: string
}

/** Opens the database for a command, and closes it whatever happens. */
export async function withStore(
  command: Command,
  context: CliContext,
  work: (room: CommandRoom) => Promise<void>,
): Promise<void> {
  const { config: configPath } = command.optsWithGlobals<{ config?: string }>()
  const { environment, config } = await prepare(context, configPath === undefined ? {} : { config: configPath })
  sayWhereDefaultIs(environment, context)
  const { openStore } = await import('../store/open-store.js')
  const store = await openStore({ databaseUrl: environment.databaseUrl })
  try {
    await work({ store, environment, config, actor: cliActor(), zone: localZone(context.variables) })
  } catch (error) {
    throw explainUnsynced(error, config)
  } finally {
    await store.close()
  }
}

/** A schedule that the config defines is in the database only after a pass; the plain "no such schedule" would puzzle. */
function explainUnsynced(error: unknown, config: Config | null): unknown {
  if (!(error instanceof SchedulesNotFound)) return error
  const defined = config?.schedules.find(({ definition }) => error.ids.includes(definition.id))
  if (defined === undefined) return error
  return new ScheduleError(
    'SCHEDULE_NOT_FOUND',
    `schedule '${defined.definition.id}' is in the config but not yet in the database`,
    { fix: 'make a pass first: `npx run-due-schedules`', cause: error },
  )
}
