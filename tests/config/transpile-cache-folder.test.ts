import { chmodSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { transpileCacheFolder } from '../../src/config/transpile-cache-folder.js'
import { folderWith } from './support.js'

/** A project without node_modules, and a temporary directory of its own. */
function withoutModules(): { file: string; temporary: string } {
  const project = folderWith({})
  const temporary = folderWith({})
  rmSync(join(project, 'node_modules'), { recursive: true })
  vi.stubEnv('TMPDIR', temporary)
  onTestFinished(() => void vi.unstubAllEnvs())
  return { file: join(project, 'schedules.config.ts'), temporary }
}

describe('the cache of transpiled configs', () => {
  it('lies in the nearest node_modules', () => {
    const folder = folderWith({ 'app/jobs/x.ts': '' })
    expect(transpileCacheFolder(join(folder, 'app/jobs/schedules.config.ts'))).toBe(
      join(folder, 'node_modules/.cache/run-due-schedules'),
    )
  })

  it('lies in a private temporary folder where there is none', () => {
    const { file, temporary } = withoutModules()
    const folder = transpileCacheFolder(file)
    expect(folder).toMatch(join(temporary, 'run-due-schedules-'))
    expect(statSync(folder ?? '').mode & 0o777).toBe(0o700)
  })

  it('is done without where others could write to it', () => {
    const { file } = withoutModules()
    chmodSync(transpileCacheFolder(file) ?? '', 0o777)
    expect(transpileCacheFolder(file)).toBeNull()
  })

  it('is done without where a link stands in its place', () => {
    const { file, temporary } = withoutModules()
    const folder = transpileCacheFolder(file) ?? ''
    rmSync(folder, { recursive: true })
    symlinkSync(temporary, folder)
    expect(transpileCacheFolder(file)).toBeNull()
  })
})
