import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

interface Locked {
  version?: string
  resolved?: string
  integrity?: string
  license?: string
  link?: boolean
  dev?: boolean
  hasInstallScript?: boolean
}

const ROOT = path.resolve(import.meta.dirname, '../..')
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'))
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }
const installed = Object.entries(packages).filter(([name, { link }]) => name !== '' && link !== true)

/** Of what is shipped or bundled; tools may carry the weaker copyleft licences as well. */
const FREE = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'MIT and ISC',
]
const OF_TOOLS = [...FREE, 'MPL-2.0', 'EPL-2.0', 'LGPL-2.1-or-later', 'CC0-1.0', 'CC-BY-4.0', 'Python-2.0']

describe('the lock file', () => {
  it('gives every package a version and a checksum that is not broken', () => {
    const weak = installed.filter(
      ([, { version, integrity }]) => version === undefined || !/^sha512-/.test(integrity ?? ''),
    )
    expect(weak.map(([name]) => name)).toEqual([])
  })

  it('takes none from git, a file or a plain web address', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://'))).toEqual(
      [],
    )
    expect(installed.filter(([, { resolved }]) => /git|github|\.tar\.gz$/.test(resolved ?? ''))).toEqual([])
  })

  it('holds only licences that were agreed to', () => {
    const of = (dev: boolean) => installed.filter(([, locked]) => (locked.dev === true) === dev)
    expect(
      of(false)
        .filter(([, { license = '' }]) => !FREE.includes(license))
        .map(([name]) => name),
    ).toEqual([])
    expect(
      of(true)
        .filter(([, { license = '' }]) => !OF_TOOLS.includes(license))
        .map(([name]) => name),
    ).toEqual([])
  })

  it('lets no package run a script when it is installed, unless it is listed as refused', () => {
    const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> }
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    const named = scripted.map(([name]) => name.slice(name.lastIndexOf('node_modules/') + 'node_modules/'.length))
    expect(named.filter((name) => allowScripts[name] !== false)).toEqual([])
  })

  it('ships a handful of packages', () => {
    const { dependencies } = read('package.json') as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies).length).toBeLessThanOrEqual(5)
  })
})
