import type { Config } from '../config/config.js'
import type { Environment } from '../config/environment.js'
import { messageOf } from '../errors.js'
import { prepareDatabase } from '../program/prepare.js'
import type { CliContext } from './context.js'

/** What commands other than a pass work with. A config that cannot be read is a warning: they can do without it. */
export async function prepare(
  context: CliContext,
  options: { config?: string },
): Promise<{ environment: Environment; config: Config | null }> {
  const request = { cwd: context.cwd, variables: context.variables, configFile: options.config }
  return await prepareDatabase(request, (error) => {
    context.stderr.write(`warning: going on without the config, which cannot be used: ${messageOf(error)}\n`)
  })
}
