import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ScheduleError } from '../errors.js'

const NAMES = ['schedules.config.ts', 'schedules.config.mts', 'schedules.config.js', 'schedules.config.mjs']

export interface ConfigSearch {
  cwd: string
  variables: Readonly<Record<string, string | undefined>>
  /** `--config FILE`; goes before SCHEDULES_CONFIG. */
  file?: string | undefined
}

/** Absolute path of the config file; CONFIG_NOT_FOUND when there is none. */
export function findConfig(search: ConfigSearch): string {
  const file = findOptionalConfig(search)
  if (file !== null) return file
  throw new ScheduleError('CONFIG_NOT_FOUND', `there is no schedules.config.ts (or .mts, .js, .mjs) in ${search.cwd}`, {
    fix: 'create one (the README of run-due-schedules shows how), or name it with --config FILE or SCHEDULES_CONFIG',
  })
}

/** Null when no file is named and none lies in the working directory; a named one that is missing is an error. */
export function findOptionalConfig(search: ConfigSearch): string | null {
  const variable = search.variables['SCHEDULES_CONFIG']
  if (search.file !== undefined) return named(search.file, '--config', search.cwd)
  if (variable !== undefined && variable !== '') return named(variable, 'SCHEDULES_CONFIG', search.cwd)
  return NAMES.map((name) => join(search.cwd, name)).find((file) => existsSync(file)) ?? null
}

function named(file: string, origin: string, cwd: string): string {
  const path = resolve(cwd, file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === true) return path
  const what = found === undefined ? 'which does not exist' : 'which is not a file'
  throw new ScheduleError('CONFIG_NOT_FOUND', `${origin} names ${path}, ${what}`, {
    fix: file.startsWith('/') ? 'correct the path' : `correct the path (it is relative to ${cwd})`,
  })
}
