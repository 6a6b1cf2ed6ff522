import { execFileSync } from 'node:child_process'
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
