import { dirname } from 'node:path'
import type { Config } from '../config/config.js'
import { applyDotenv } from '../config/dotenv.js'
import type { Environment } from '../config/environment.js'
import { findConfig, findOptionalConfig } from '../config/find-config.js'
import { loadConfig } from '../config/load-config.js'
import { readEnvironment } from '../config/read-environment.js'
import { resolveAndCheck } from '../config/resolve-config.js'

export interface PrepareRequest {
  cwd: string
  /** `.env` adds to these. */
  variables: Record<string, string | undefined>
  /** `--config FILE`. */
  configFile?: string | undefined
  /** Nothing will be written: the embedded SQLite file may stand in anywhere. */
  readsOnly?: boolean
}

export interface Prepared {
  environment: Environment
  config: Config
}

/** What a pass needs: config file, `.env` beside it, environment. Cron expressions are checked when they are new. */
export async function prepareWithConfig(request: PrepareRequest): Promise<Prepared> {
  const file = findConfig({ cwd: request.cwd, variables: request.variables, file: request.configFile })
  applyDotenv(request.variables, dirname(file))
  const raw = await loadConfig(file)
  const environment = environmentOf(request, dirname(file))
  return { environment, config: await resolveAndCheck(raw, file, { deferCalendar: true }) }
}

/** What commands that need no job code use: the environment, and the config where there is one that can be read. */
export async function prepareDatabase(
  request: PrepareRequest,
  onConfigError: (error: unknown) => void,
): Promise<{ environment: Environment; config: Config | null }> {
  const file = findOptionalConfig({ cwd: request.cwd, variables: request.variables, file: request.configFile })
  const folder = file === null ? request.cwd : dirname(file)
  applyDotenv(request.variables, folder)
  const environment = environmentOf(request, folder)
  if (file === null) return { environment, config: null }
  try {
    return { environment, config: await resolveAndCheck(await loadConfig(file), file, { deferCalendar: true }) }
  } catch (error) {
    onConfigError(error)
    return { environment, config: null }
  }
}

function environmentOf({ variables, readsOnly }: PrepareRequest, folder: string): Environment {
  return readEnvironment(variables, folder, { tolerateEphemeralDisk: readsOnly === true })
}
