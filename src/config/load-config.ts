import { basename, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../clock.js'
import { ScheduleError } from '../errors.js'
import { defaultExport } from './default-export.js'
import { kindOf } from './fields.js'

const LOAD_TIMEOUT_MS = 10_000
const TYPESCRIPT = ['.ts', '.mts', '.cts']
const JAVASCRIPT = ['.js', '.mjs', '.cjs']

/** The default export of a config file, not checked yet; CONFIG_FAILED when the file gives none within 10 s. */
export async function loadConfig(file: string, options: { timeoutMs?: number } = {}): Promise<unknown> {
  const module = await within(options.timeoutMs ?? LOAD_TIMEOUT_MS, importConfig(file), file)
  const config = defaultExport(module)
  if (typeof config === 'object' && config !== null && !(config instanceof Promise)) return config
  // It may reject later, when this message has been given already.
  if (config instanceof Promise) config.catch(() => undefined)
  const what = config === undefined ? 'has no default export' : `exports ${kindOf(config)} by default`
  const awaited =
    config instanceof Promise ? 'export default await …' : 'export default defineConfig({ jobs: […], schedules: […] })'
  throw new ScheduleError('CONFIG_FAILED', `${basename(file)} ${what}`, { fix: `write ${awaited}` })
}

async function importConfig(file: string): Promise<Record<string, unknown>> {
  const extension = extname(file)
  if (!TYPESCRIPT.includes(extension) && !JAVASCRIPT.includes(extension)) {
    throw new ScheduleError('CONFIG_FAILED', `${basename(file)} is not TypeScript or JavaScript`, {
      fix: 'use a file that ends in .ts, .mts, .js or .mjs',
    })
  }
  try {
    if (JAVASCRIPT.includes(extension)) return await importJavaScript(file)
    return await importTypeScript(file)
  } catch (thrown) {
    const { configFailure } = await import('./config-failure.js')
    throw configFailure(file, thrown)
  }
}

async function importJavaScript(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (thrown) {
    // Started through npx or a global install: the config cannot see this package, jiti hands it over.
    if (lacksThisPackage(thrown)) return importTypeScript(file)
    throw thrown
  }
}

async function importTypeScript(file: string): Promise<Record<string, unknown>> {
  const { importWithJiti } = await import('./import-with-jiti.js')
  return importWithJiti(file)
}

function lacksThisPackage(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ERR_MODULE_NOT_FOUND') return false
  return thrown.message.startsWith("Cannot find package 'run-due-schedules'")
}

/** Waits in ten turns: transpiling on a busy machine blocks the loop and counts as one, a hang counts as all. */
async function within<T>(ms: number, work: Promise<T>, file: string): Promise<T> {
  const done = new AbortController()
  try {
    return await Promise.race([work, giveUp(ms, file, done.signal)])
  } finally {
    done.abort()
  }
}

async function giveUp(ms: number, file: string, done: AbortSignal): Promise<never> {
  for (let turn = 0; turn < 10 && !done.aborted; turn++) await systemClock.sleep(ms / 10, done)
  throw new ScheduleError('CONFIG_FAILED', `${basename(file)} did not finish loading within ${ms / 1000} s`, {
    fix: 'look for a top-level await that never ends; move slow work into the jobs',
  })
}
