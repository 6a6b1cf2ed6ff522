import { constants, setPriority } from 'node:os'
import { systemClock } from '../clock.js'
import { EXIT, messageOf, ScheduleError } from '../errors.js'
import { createLog, type Log } from '../log.js'
import { VERSION } from '../version.js'
import { createActions } from './create-actions.js'
import { createApp } from './app.js'
import { webDatabase } from './database.js'
import { readWebEnvironment } from './environment.js'
import { listen } from './server.js'
import { watchSilence } from './silence.js'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Serves until a signal, then answers the exit code: 0, or 2 where it could not start. Never throws. */
export async function main(): Promise<number> {
  const log = createLog({
    write: (text) => process.stderr.write(text),
    tag: (level) => (level === 'info' ? 'web:' : `web: ${level}:`),
    level: 'verbose',
  })
  try {
    await serve(log)
    return EXIT.ok
  } catch (error) {
    log.error(explain(error))
    return EXIT.usage
  } finally {
    await log.written()
  }
}

async function serve(log: Log): Promise<void> {
  const environment = readWebEnvironment(process.env, process.cwd())
  const { pollIntervalMs, secret, metricsToken, host, port } = environment
  const database = webDatabase(environment.databaseUrl, systemClock)
  const app = createApp({
    queries: database.queries,
    actions: createActions(database, pollIntervalMs),
    silentSince: watchSilence(systemClock, pollIntervalMs),
    settings: { pollIntervalMs, version: VERSION, zone: 'UTC' },
    clock: systemClock,
    secret,
    metricsToken,
    log,
  })
  const stopped = stopSignal()
  giveWay()
  const { url, stop } = await listen(app, host, port)
  log.info(`version ${VERSION} serves ${url}`)
  log.info(`${await stopped}: stopping`)
  await stop(environment.shutdownGraceMs)
  await database.close()
}

/** On a machine that has both, a pass goes first: nobody minds a page that takes a moment longer. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not every host lets a process choose; then both are alike.
  }
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    // Once: a second signal ends the process at once.
    for (const signal of SIGNALS) process.once(signal, () => resolve(signal))
  })
}

function explain(error: unknown): string {
  if (!(error instanceof ScheduleError)) return `unexpected: ${(error as Error).stack ?? messageOf(error)}`
  return error.fix === null ? error.message : `${error.message}\n  fix: ${error.fix}`
}
