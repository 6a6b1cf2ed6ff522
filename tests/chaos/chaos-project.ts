import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Project } from '../scenarios/project.js'
import type { TestDatabase, TestEngine } from '../support/servers.js'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** How long the lease of a pass lasts here, in milliseconds. */
export const LEASE_MS = 2000
const VARIABLES = { LEASE_MS: String(LEASE_MS), SHUTDOWN_GRACE_MS: '500' }

/** The program with its failpoints, built when the sources have changed. */
export function chaosInstallation(): string {
  const known = process.env['CHAOS_INSTALLATION']
  if (known !== undefined) return known
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/build.mjs'), '--chaos', '--if-stale'], { stdio: 'pipe' })
  return path.join(ROOT, '.dist-chaos')
}

/** A project whose passes have failpoints and a short lease. */
export async function aChaosProject(engine: TestEngine | TestDatabase): Promise<Project> {
  const database = 'createDatabase' in engine ? await engine.createDatabase() : engine
  return new Project(database, chaosInstallation(), VARIABLES)
}

/** The failpoints that a pass reaches, each once, in the order of the first time. */
export async function placesOf(
  project: Project,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string[]> {
  const trace = path.join(project.folder, 'trace')
  rmSync(trace, { force: true })
  await project.run(args, { ...env, FAILPOINTS_TRACE: trace })
  return [...new Set(readFileSync(trace, 'utf8').trim().split('\n'))]
}

// Between them the engines meet every place in the short form; CHAOS_FULL=1 gives each of them all.
const SHARE = process.env['CHAOS_FULL'] === undefined ? 3 : 1

/** This engine's share of the places. */
export function shareOf<T>(engine: TestEngine, all: readonly T[]): T[] {
  const offset = ['sqlite', 'mariadb', 'mysql'].indexOf(engine.name) % SHARE
  return all.filter((_, index) => index % SHARE === offset)
}
